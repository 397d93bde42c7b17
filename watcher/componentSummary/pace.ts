// Bounds how often the same thing is done: many times in a row, but not for ever.

/** How much may be done. */
export interface PaceOptions {
  /** Turns that may be taken one after the other. */
  readonly burst: number;
  /** Milliseconds after which one more may be taken. */
  readonly interval: number;
}

/** Turns by key (a leaky bucket for each). */
export class Pace<Key> {
  private readonly buckets = new Map<Key, { readonly level: number; readonly at: number }>();

  constructor(private readonly options: PaceOptions) {}

  /** Takes a turn and returns 0, or returns the milliseconds until there is one. */
  take(key: Key): number {
    const { burst, interval } = this.options;
    const at = Date.now();
    const bucket = this.buckets.get(key) ?? { level: 0, at };
    const level = Math.max(0, bucket.level - (at - bucket.at) / interval) + 1;
    if (level > burst) return Math.ceil((level - burst) * interval);
    this.buckets.set(key, { level, at });
    return 0;
  }

  forget(key: Key): void {
    this.buckets.delete(key);
  }
}
