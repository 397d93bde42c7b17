// Makes two recordings comparable: what must differ between them is replaced, and nothing else.

/** Fields whose value depends on the clock, on chance or on the API server's counters. */
const REPLACED: ReadonlySet<string> = new Set([
  "ciphertext",
  "created",
  "creationTimestamp",
  "encryptionsalt",
  "magic",
  "modified",
  "resourceVersion",
  "salt",
  "time",
  "uid",
]);

/** Parts of texts, the specific before the general. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>"],
  [/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})/g, "<time>"],
  // A secret of the settings.
  [/^v1:[A-Za-z0-9+/]+=*:[A-Za-z0-9+/]+=*$/g, "<ciphertext>"],
  [/\(pid \d+\)/g, "(pid <pid>)"],
  [/127\.0\.0\.1:\d+/g, "127.0.0.1:<port>"],
  // Names that the engine or the provider completes by chance.
  [/-[0-9a-f]{8}\b/g, "-<suffix>"],
];

/** A recording without what tells its place and time. `own` are the texts that name its place, with their stand-ins. */
export function normalise(value: unknown, own: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return normaliseText(value, own);
  if (Array.isArray(value)) return value.map((item) => normalise(item, own));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [
        normaliseText(name, own),
        REPLACED.has(name) && isScalar(field) ? `<${name}>` : normalise(field, own),
      ])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}

function normaliseText(text: string, own: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [part, name] of own) result = result.replaceAll(part, name);
  for (const [pattern, name] of PARTS) result = result.replace(pattern, name);
  return result;
}

/** Dates among them: the Kubernetes client makes them of times. */
function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value instanceof Date;
}
