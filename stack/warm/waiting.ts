// Waiting that can be called off.

/** Waits for so many milliseconds; an abort ends the waiting. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}

/** Waits for what is promised; undefined once one of the signals is aborted. */
export function unlessAborted<T>(
  promised: Promise<T>,
  signals: readonly AbortSignal[],
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const callOff = (): void => {
      settle();
      resolve(undefined);
    };
    const settle = (): void => {
      for (const signal of signals) signal.removeEventListener("abort", callOff);
    };
    for (const signal of signals) signal.addEventListener("abort", callOff);
    promised.finally(settle).then(resolve, reject);
    if (signals.some(({ aborted }) => aborted)) callOff();
  });
}
