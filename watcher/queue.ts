// A work queue of keys, in the manner of client-go: a key waits at most once, is worked on by at most one worker,
// and comes back when it changed meanwhile.

/** Works on one key. Must not throw. Returns milliseconds until the key is due again, or undefined. */
export type Worker<Key> = (key: Key) => Promise<number | undefined>;

/** A keyed queue with bounded concurrency and delayed keys. */
export class WorkQueue<Key> {
  /** Keys that wait for a worker, in order of arrival. */
  private readonly waiting = new Set<Key>();
  /** Keys in the hands of a worker. */
  private readonly active = new Set<Key>();
  /** Active keys that were added again meanwhile. */
  private readonly dirty = new Set<Key>();
  /** Timers of keys that are due later. */
  private readonly delayed = new Map<Key, { readonly timer: NodeJS.Timeout; readonly due: number }>();
  private closed = false;
  private idle: (() => void)[] = [];

  constructor(
    private readonly worker: Worker<Key>,
    private readonly concurrency: number,
  ) {}

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.waiting.size;
  }

  /** Has a key worked on as soon as a worker is free; a delay it waited for is over. */
  add(key: Key): void {
    if (this.closed) return;
    this.cancelDelay(key);
    if (this.active.has(key)) {
      this.dirty.add(key);
      return;
    }
    this.waiting.add(key);
    this.dispatch();
  }

  /** Has a key worked on after a delay in milliseconds, or earlier if it is added or due earlier. */
  addAfter(key: Key, delay: number): void {
    if (this.closed) return;
    const due = Date.now() + delay;
    const pending = this.delayed.get(key);
    if (pending !== undefined && pending.due <= due) return;
    this.cancelDelay(key);
    const timer = setTimeout(() => {
      this.delayed.delete(key);
      this.add(key);
    }, delay);
    this.delayed.set(key, { timer, due });
  }

  /** Takes no more keys and forgets those that wait. Resolves when the last worker is done. */
  close(): Promise<void> {
    this.closed = true;
    this.waiting.clear();
    this.dirty.clear();
    for (const key of [...this.delayed.keys()]) this.cancelDelay(key);
    if (this.active.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private cancelDelay(key: Key): void {
    clearTimeout(this.delayed.get(key)?.timer);
    this.delayed.delete(key);
  }

  private dispatch(): void {
    for (const key of this.waiting) {
      if (this.active.size >= this.concurrency) return;
      this.waiting.delete(key);
      this.active.add(key);
      void this.work(key);
    }
  }

  private async work(key: Key): Promise<void> {
    const delay = await this.worker(key);
    this.active.delete(key);
    if (this.dirty.delete(key)) this.waiting.add(key);
    else if (delay !== undefined) this.addAfter(key, delay);
    this.dispatch();
    if (this.active.size === 0) {
      for (const resolve of this.idle.splice(0)) resolve();
    }
  }
}
