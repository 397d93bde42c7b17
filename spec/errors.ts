/**
 * What a parse reports to the user: which field, what stands there, which rule it breaks. The text ends up in
 * conditions, logs and pull request comments, so it is short, on one line and free of secrets.
 */

/** Characters of a value that are shown. */
const SHOWN_VALUE = 80;

/** Field errors that a message lists before it only counts the rest. */
const SHOWN_FIELDS = 20;

/** One broken rule. */
export interface FieldError {
  /** Where, from the object's root, e.g. `spec.CORS.allowOrigins[1]`. */
  readonly field: string;
  /** What stands there: a scalar (a URL without its user info), or a {@link Withheld} for secrets, lists and objects. */
  readonly value: unknown;
  /** The rule as the end of a sentence, e.g. `must be an integer from 1 to 65535`. */
  readonly rule: string;
}

/** Stands for a value that an error must not hold, with a few words in its place. */
export class Withheld {
  constructor(readonly description: string) {}

  toString(): string {
    return this.description;
  }

  toJSON(): string {
    return this.description;
  }
}

/** The object cannot be served as it is written: tell the user and wait for a change, a retry does not help. */
export class InvalidSpecError extends Error {
  override readonly name = "InvalidSpecError";

  /** @param fields every broken rule, at least one */
  constructor(readonly fields: readonly FieldError[]) {
    const listed = fields.slice(0, SHOWN_FIELDS).map(formatFieldError);
    const more = fields.length - listed.length;
    super(more > 0 ? `${listed.join("; ")}; and ${more} more` : listed.join("; "));
  }
}

/**
 * One field error as a sentence, e.g. `spec.port: 70000 must be an integer from 1 to 65535`. The value is shortened
 * to about 80 characters, control characters in it are escaped, and an unset value is left out.
 */
export function formatFieldError(error: FieldError): string {
  const value = presentable(error.value);
  return value === undefined
    ? `${error.field}: ${error.rule}`
    : `${error.field}: ${describe(value)} ${error.rule}`;
}

/** `value` as an error may hold it: lists and objects, which may have secrets inside, become a {@link Withheld}. */
export function presentable(value: unknown): unknown {
  if (typeof value === "string") return withoutUserInfo(value);
  if (Array.isArray(value)) return new Withheld(`a list of ${value.length}`);
  if (typeof value === "function") return new Withheld("a function");
  if (typeof value === "object" && value !== null && !(value instanceof Withheld)) {
    return new Withheld("an object");
  }
  return value;
}

/** Hides what stands between `//` and `@`: the user name and password of a URL (RFC 3986, section 3.2.1). */
function withoutUserInfo(text: string): string {
  const authority = text.indexOf("//");
  const at = text.lastIndexOf("@");
  return authority < 0 || at < authority ? text : `${text.slice(0, authority)}//***${text.slice(at)}`;
}

function describe(value: unknown): string {
  // Cut twice: first because the value may be huge, then because escapes lengthen it.
  const quoted = typeof value === "string" ? JSON.stringify(value.slice(0, SHOWN_VALUE + 1)) : String(value);
  const shown = Array.from(quoted.replace(/\p{C}/gu, escapeCharacter));
  return shown.length <= SHOWN_VALUE + 2 ? shown.join("") : `${shown.slice(0, SHOWN_VALUE).join("")}…`;
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
