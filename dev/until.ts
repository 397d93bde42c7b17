import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until `look` gives something other than undefined or false, and returns it.
 *
 * @throws Error naming `what`, and the last thing seen, after `deadline` milliseconds.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  deadline = 30_000,
): Promise<Exclude<T, undefined | false>> {
  const end = Date.now() + deadline;
  let problem: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen as Exclude<T, undefined | false>;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${deadline} ms in vain: ${what}`, { cause: problem });
    }
    await sleep(50);
  }
}
