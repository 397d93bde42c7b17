// JSON data, in objects without a prototype: whatever its name, a key is data.

/** JSON data. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** An object that is filled key by key. */
export type OpenObject = Record<string, Json | undefined>;

/** An object without a prototype, to be filled. */
export function emptyObject(): OpenObject {
  return Object.create(null) as OpenObject;
}

/** Whether a value is an object, not an array. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object with each member replaced. */
export function mapMembers(value: JsonObject, change: (member: Json, name: string) => Json): OpenObject {
  const copy = emptyObject();
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) copy[name] = change(member, name);
  }
  return copy;
}

/** A copy in ordinary objects, in which a key `__proto__` is data too. Its texts are those of the original. */
export function ordinary<Value extends Json>(value: Value): Value;
export function ordinary(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => ordinary(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, member === undefined ? member : ordinary(member)]),
  );
}
