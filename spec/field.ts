import { type FieldError, presentable, Withheld } from "./errors";
import { type TextRule } from "./names";

/** Integers that a count of requests may be; also what a number in JSON holds without rounding. */
export const COUNT = { from: 1, to: Number.MAX_SAFE_INTEGER } as const;

/**
 * One place in an object that is being parsed: its path, its value, and the list that collects what is wrong with it.
 *
 * A place is unset when it is missing, `null`, or an empty or blank text: TM Forum's charts write `""` for what they
 * leave out. Each reader gives `undefined` for an unset place, and also for a wrong one after noting the error, so
 * that a parse goes on and finds all errors at once.
 */
export class Field {
  /** `undefined` when unset. */
  readonly value: unknown;

  /**
   * @param path where it is, e.g. `spec.CORS.allowOrigins`
   * @param errors collects every broken rule, of this place and of those inside it
   * @param isSecret errors must not show values of this place or of those inside it
   */
  constructor(
    readonly path: string,
    value: unknown,
    private readonly errors: FieldError[],
    private readonly isSecret = false,
  ) {
    this.value = isUnset(value) ? undefined : value;
  }

  get isSet(): boolean {
    return this.value !== undefined;
  }

  /** Notes that this place breaks `rule`, e.g. `must be a string`. */
  fail(rule: string): void {
    const value = this.isSecret && this.isSet ? new Withheld("(not shown)") : presentable(this.value);
    this.errors.push({ field: this.path, value, rule });
  }

  /** Takes over what another parse of this place, or of one inside it, found wrong. */
  report(errors: readonly FieldError[]): void {
    this.errors.push(...errors);
  }

  /** Notes an error when this place is unset. */
  required(): this {
    if (!this.isSet) this.fail("is required");
    return this;
  }

  /** The same place, with values kept out of errors. */
  secret(): Field {
    return new Field(this.path, this.value, this.errors, true);
  }

  /** The same place, without white space around a string. */
  trimmed(): Field {
    const value = typeof this.value === "string" ? this.value.trim() : this.value;
    return new Field(this.path, value, this.errors, this.isSecret);
  }

  /** This place when it is an object; where it is not, an error and an unset place. */
  object(rule = "must be an object"): Field {
    if (!this.isSet || isObject(this.value)) return this;
    this.fail(rule);
    return new Field(this.path, undefined, this.errors, this.isSecret);
  }

  /** The place of a member; unset when this is not an object. `label` is how the path shows it. */
  get(key: string, label = `.${key}`): Field {
    const value = isObject(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    return new Field(this.path + label, value, this.errors, this.isSecret);
  }

  /** The places of a list's items that are set; one that is not a list stands for a list of itself. */
  items(): readonly Field[] {
    if (!Array.isArray(this.value)) return this.isSet ? [this] : [];
    return this.children(this.value);
  }

  /** The places of the set items of a list of texts, or of one text with commas between them (CSV). */
  csv(): readonly Field[] {
    if (typeof this.value === "string") return this.children(this.value.split(","));
    if (Array.isArray(this.value)) return this.children(this.value);
    if (this.isSet) this.fail("must be a list, or a string with commas between its items");
    return [];
  }

  private children(values: readonly unknown[]): readonly Field[] {
    const items = Array.from(values, (value, index) => {
      return new Field(`${this.path}[${index}]`, value, this.errors, this.isSecret).trimmed();
    });
    return items.filter((item) => item.isSet);
  }

  /** The text as written. */
  text({ accepts, rule }: TextRule): string | undefined {
    if (!this.isSet) return undefined;
    if (typeof this.value === "string" && accepts(this.value)) return this.value;
    this.fail(typeof this.value === "string" ? rule : "must be a string");
    return undefined;
  }

  /** One of `values`, as written. */
  oneOf<T extends string>(values: readonly T[]): T | undefined {
    const found = values.find((value) => value === this.value);
    if (this.isSet && found === undefined) this.fail(`must be one of ${values.join(", ")}`);
    return found;
  }

  /** `true` or `false`; also as texts, which a chart that quotes its values renders. */
  boolean(): boolean | undefined {
    const value = typeof this.value === "string" ? BOOLEANS.get(this.value.trim().toLowerCase()) : this.value;
    if (typeof value === "boolean") return value;
    if (this.isSet) this.fail("must be true or false");
    return undefined;
  }

  /** An integer; also as a text of decimal digits, which is how the CRD types every `limit`. */
  integer({ from, to }: { readonly from: number; readonly to: number }): number | undefined {
    const value = typeof this.value === "string" ? digits(this.value) : this.value;
    if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) {
      return value + 0; // -0 is a JSON number too
    }
    if (this.isSet) {
      this.fail(to < Number.MAX_SAFE_INTEGER ? `must be an integer from ${from} to ${to}` : atLeast(from));
    }
    return undefined;
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** Whether `value` says nothing: see {@link Field}. */
export function isUnset(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

/** Whether `value` is an object with members, not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function digits(text: string): number | undefined {
  return /^[0-9]{1,16}$/.test(text.trim()) ? Number(text) : undefined;
}

function atLeast(from: number): string {
  return from === 1 ? "must be a positive integer" : `must be an integer of at least ${from}`;
}
