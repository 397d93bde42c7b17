// Delays between tries: exponential, capped, with jitter.

/** Bounds of the delays, in milliseconds. */
export interface BackoffOptions {
  readonly base: number;
  readonly cap: number;
}

/** Counts failures in a row and says how long to wait after each. */
export class Backoff {
  private failures = 0;

  constructor(private readonly options: BackoffOptions) {}

  /**
   * Milliseconds to wait after one more failure: doubled each time up to the cap, of which the second half is
   * random, so that many that failed together do not come back together.
   */
  next(): number {
    const { base, cap } = this.options;
    const full = Math.min(cap, base * 2 ** Math.min(this.failures, 30));
    this.failures += 1;
    // Timers count whole milliseconds: with a fraction left, the try would come too early.
    return Math.ceil(full / 2 + Math.random() * (full / 2));
  }

  /** A success, or a change that makes earlier failures meaningless. */
  reset(): void {
    this.failures = 0;
  }
}
