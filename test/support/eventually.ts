import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits until `look` gives something other than undefined or false, and returns it.
 *
 * @throws Error that names `what` after `deadline` milliseconds.
 */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | false,
  deadline = 5000,
): Promise<Found> {
  const end = Date.now() + deadline;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not within ${deadline} ms: ${what}`);
    await delay(5);
  }
}
