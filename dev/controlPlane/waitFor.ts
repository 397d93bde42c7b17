import { setTimeout as delay } from "node:timers/promises";

/**
 * Polls until `probe` returns something other than `undefined`.
 *
 * @param what named in the error, as in "timed out after 5 s waiting for <what>"
 * @param deadlineMs milliseconds from now; a probe that throws ends the wait at once
 */
export async function waitFor<T>(
  what: string,
  deadlineMs: number,
  probe: () => Promise<T | undefined> | T | undefined,
  intervalMs = 40,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() >= end) {
      throw new Error(`timed out after ${Math.round(deadlineMs / 1000)} s waiting for ${what}`);
    }
    await delay(intervalMs);
  }
}
