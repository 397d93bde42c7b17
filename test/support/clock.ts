import { mock } from "node:test";

/** Time that stands still until a test moves it. */
export interface Clock {
  /** Moves time and runs the timers that are due, and what they have promises do. */
  advance(milliseconds: number): Promise<void>;
}

/** Replaces `setTimeout` and `Date` for each test of the suite it is called in. */
export function useClock(start = Date.UTC(2026, 0, 1)): Clock {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: start });
  });
  afterEach(() => {
    mock.timers.reset();
  });
  return {
    advance: async (milliseconds) => {
      mock.timers.tick(milliseconds);
      await settled();
    },
  };
}

/** Lets everything that waits for promises alone go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
