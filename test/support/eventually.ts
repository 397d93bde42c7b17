/** The clock of the machine, also while a test has replaced `setTimeout` and `Date`. */
const { setTimeout: realTimeout, performance } = globalThis;

/**
 * Waits until `look` gives something other than undefined or false, and returns it.
 *
 * @throws Error that names `what` after `deadline` milliseconds.
 */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  deadline = 5000,
): Promise<Found> {
  const end = performance.now() + deadline;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within ${deadline} ms: ${what}`);
    await new Promise((resolve) => realTimeout(resolve, 5));
  }
}
