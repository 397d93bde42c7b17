/** What a fuzz test finds: each kind of trouble once, with the smallest input that shows it. */
import assert from "node:assert/strict";

const SHOWN = 2000;

export class Findings {
  private readonly found = new Map<string, { input: string; count: number }>();

  /** Notes what went wrong for an input. */
  add(trouble: string, input: unknown): void {
    // One kind of what differs only in names, paths and numbers.
    const kind = trouble.replace(/"[^"]*"|[^\s:,]{25,}|\d+/g, "…").slice(0, 400);
    const text = JSON.stringify(input);
    const known = this.found.get(kind);
    const smallest = known === undefined || text.length < known.input.length ? text : known.input;
    this.found.set(kind, { input: smallest, count: (known?.count ?? 0) + 1 });
  }

  /** @throws AssertionError with all that was found, and `hint` before it */
  assertNone(hint: string): void {
    const lines = [...this.found].map(
      ([kind, { input, count }]) => `${count} × ${kind}\n    ${input.slice(0, SHOWN)}`,
    );
    assert.ok(lines.length === 0, `${hint}\n${lines.join("\n")}`);
  }
}

/** Calls to `look` that are under way at a time. */
const AT_A_TIME = 16;

/** Calls `look` for each item, some at a time. */
export async function forEach<T>(
  items: readonly T[],
  look: (item: T) => void | Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await look(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
