// How parts of the platform file are read: stricter than a spec, since nobody but the platform team writes it.
import { type Field, isObject, type TextRule } from "../../spec";

/**
 * The place when it is an object. Members that are not among `keys` are errors: a misspelt policy would be a policy
 * that is not there.
 */
export function block(field: Field, keys: readonly string[]): Field {
  const object = field.object(`must be an object; the keys here are ${keys.join(", ")}`);
  const members = isObject(object.value) ? Object.keys(object.value) : [];
  object.report(
    members
      .filter((key) => !keys.includes(key))
      .map((key) => ({
        field: memberOf(object, key).path,
        value: undefined,
        rule: `is not known; the keys here are ${keys.join(", ")}`,
      })),
  );
  return object;
}

/** The place of a member, of the file itself too, whatever its key is. */
export function memberOf(field: Field, key: string): Field {
  if (!/^[\w-]+$/.test(key)) return field.get(key, `[${JSON.stringify(key)}]`);
  return field.get(key, field.path === "" ? key : `.${key}`);
}

/** The places of the items of a list, none of which may be empty. */
export function items(field: Field): readonly Field[] {
  if (!field.isSet) return [];
  if (!Array.isArray(field.value)) {
    field.fail("must be a list");
    return [];
  }
  const found = field.items();
  if (found.length < field.value.length) field.fail("must have no empty item");
  return found;
}

/** The texts of a list, each once. A list that is there must not be empty. */
export function texts(field: Field, rule: TextRule): readonly string[] {
  const found = items(field);
  if (Array.isArray(field.value) && field.value.length === 0) {
    field.fail("must name at least one value, or be left out");
  }
  return [...new Set(found.flatMap((item) => item.text(rule) ?? []))];
}

/** Notes an error at each place whose text, as `normalised`, stands at another one before it. */
export function mustDiffer(
  fields: readonly Field[],
  normalised: (text: string) => string = (text) => text,
): void {
  const seen = new Map<string, Field>();
  for (const field of fields) {
    if (typeof field.value !== "string") continue;
    const text = normalised(field.value);
    const other = seen.get(text);
    if (other === undefined) seen.set(text, field);
    else field.fail(`must differ from ${other.path}`);
  }
}
