// When an engine that crashed may start again, and when something else has to stand in for it.

/** Milliseconds before the first start after a crash; doubled with each further crash. */
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 30_000;

/** Milliseconds after which an engine was a good one: the next delay is the first again. */
const GOOD = 60_000;

/** So many crashes within so many milliseconds are too many. */
const TOO_MANY = 3;
const WITHIN = 5 * 60_000;

/** Milliseconds before the engine is tried again after too many. */
const PAUSE = 10 * 60_000;

/** A time in which the engine is not started where something can stand in for it. */
export interface Pause {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

/** Remembers the crashes of one engine process after another. */
export class Crashes {
  private times: readonly number[] = [];
  private inARow = 0;
  private latest: { readonly why: string; readonly pause?: Pause } | undefined;
  /** Milliseconds since the epoch until which the next crash after a pause is one too many; no end before a start. */
  private trialUntil = 0;

  /**
   * An engine crashed, or did not start.
   *
   * @param lived Milliseconds it ran.
   * @param final Another start would end the same way.
   */
  add(why: string, lived: number, final = false): void {
    const now = Date.now();
    this.times = [...this.times.filter((time) => time > now - WITHIN), now];
    this.inARow = lived >= GOOD ? 1 : this.inARow + 1;
    const tooMany = final || now < this.trialUntil || this.times.length >= TOO_MANY;
    if (tooMany) this.trialUntil = Infinity;
    const pause = { since: this.latest?.pause?.since ?? now, until: now + PAUSE };
    this.latest = { why, ...(tooMany && { pause }) };
  }

  /** An engine is ready. Crashes before it still count with those after it. */
  started(): void {
    this.latest = undefined;
    this.trialUntil = Math.min(this.trialUntil, Date.now() + GOOD);
  }

  /** Milliseconds until the next start is due. */
  get delay(): number {
    const last = this.times.at(-1);
    if (last === undefined) return 0;
    const delay = Math.min(FIRST_DELAY * 2 ** (this.inARow - 1), LONGEST_DELAY);
    return Math.max(0, last + delay - Date.now());
  }

  /** Whether the last crash is so short ago that it counts with the next ones. */
  get recent(): boolean {
    return (this.times.at(-1) ?? 0) > Date.now() - WITHIN;
  }

  /** Why there is no engine; undefined since one was ready. */
  get why(): string | undefined {
    return this.latest?.why;
  }

  /** The pause since the last crash, over or not; undefined since an engine was ready. */
  get pause(): Pause | undefined {
    return this.latest?.pause;
  }

  /** Whether there is a pause now. */
  get paused(): boolean {
    return this.pause !== undefined && Date.now() < this.pause.until;
  }
}
