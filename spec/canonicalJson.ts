/**
 * JSON text in which equal values are equal texts: object keys in the order of their UTF-16 code units, no white
 * space, members that are `undefined` left out (the idea of RFC 8785, JSON Canonicalization Scheme).
 *
 * @param value JSON data: no cycles; what JSON cannot hold becomes `null`, or is left out of an object
 * @throws TypeError for a bigint, as `JSON.stringify` does
 */
export function canonicalJson(value: unknown): string {
  return render(value) ?? "null";
}

function render(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(",")}]`;
  const members: string[] = [];
  const record = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(record).sort()) {
    const text = render(record[key]);
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${members.join(",")}}`;
}
