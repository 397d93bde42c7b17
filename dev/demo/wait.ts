// Waits that end with what was waited for, or say what there was in its place.
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../watcher/kube/client";

/** Milliseconds between two looks. */
const INTERVAL = 100;

/** The demo did not see what it promised. */
export class NotAsPromised extends Error {
  override readonly name = "NotAsPromised";

  constructor(
    readonly expected: string,
    readonly seen: string,
  ) {
    super(`expected ${expected}; seen: ${seen}`);
  }
}

/** Somebody, not the demo itself, asked for the end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** What a look found: what was waited for, or what there is in its place. */
export type Finding<T> = { readonly found: T } | { readonly instead: string };

/** How to wait. */
export interface Wait {
  /** What is expected, as the end of the sentence "expected …". */
  readonly expected: string;
  readonly deadlineSeconds: number;
  /** Ends the wait with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Looks until there is what was waited for.
 *
 * @throws {@link NotAsPromised} with the last finding after the deadline; the signal's reason when it is aborted
 */
export async function until<T>(
  { expected, deadlineSeconds, signal }: Wait,
  look: () => Promise<Finding<T>>,
): Promise<T> {
  const end = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    const finding = await look().catch((error: unknown) => ({ instead: messageOf(error) }));
    signal.throwIfAborted();
    if ("found" in finding) return finding.found;
    if (Date.now() >= end)
      throw new NotAsPromised(`${expected} within ${deadlineSeconds} s`, finding.instead);
    await sleep(INTERVAL);
  }
}
