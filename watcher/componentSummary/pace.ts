// Bounds how often the same thing is done: many times in a row, but not for ever.

/** How much may be done. */
export interface PaceOptions {
  /** Turns that may be taken one after the other. */
  readonly burst: number;
  /** Milliseconds after which one more may be taken. */
  readonly interval: number;
}

/** Turns by key (the generic cell rate algorithm of ITU-T I.371, for each key by itself). */
export class Pace<Key> {
  /** Milliseconds since the epoch at which a key has all its turns again. */
  private readonly restored = new Map<Key, number>();

  constructor(private readonly options: PaceOptions) {}

  /** Takes a turn and returns 0, or returns the milliseconds until there is one. */
  take(key: Key): number {
    const { burst, interval } = this.options;
    const now = Date.now();
    const restored = Math.max(this.restored.get(key) ?? now, now);
    const wait = restored - now - (burst - 1) * interval;
    if (wait > 0) return wait;
    this.restored.set(key, restored + interval);
    return 0;
  }

  forget(key: Key): void {
    this.restored.delete(key);
  }
}
