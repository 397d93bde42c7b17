// Where two recordings differ, field by field.

/** Fields that are shown: enough to see what it is about. */
const MAX_FIELDS = 20;

/** Three lines for each field that differs: its path and both values. */
export function differences(a: unknown, b: unknown, names: readonly [string, string]): string[] {
  const found = compare(a, b, "");
  const lines = found
    .slice(0, MAX_FIELDS)
    .flatMap(({ path, left, right }) => [
      path === "" ? "everything" : path,
      `    ${names[0].padEnd(4)} ${shown(left)}`,
      `    ${names[1].padEnd(4)} ${shown(right)}`,
    ]);
  return found.length > MAX_FIELDS ? [...lines, `and ${found.length - MAX_FIELDS} more fields`] : lines;
}

interface Difference {
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

function compare(left: unknown, right: unknown, path: string): Difference[] {
  if (!isContainer(left) || !isContainer(right) || Array.isArray(left) !== Array.isArray(right)) {
    return Object.is(left, right) ? [] : [{ path, left, right }];
  }
  const a = left as Record<string, unknown>;
  const b = right as Record<string, unknown>;
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => compare(a[key], b[key], path === "" ? key : `${path} › ${key}`));
}

function isContainer(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Longest value shown: enough to see what differs. */
const MAX_SHOWN = 800;

function shown(value: unknown): string {
  if (value === undefined) return "(absent)";
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
