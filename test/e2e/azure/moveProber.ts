// Asks both sides of a move whether they serve an API, again and again.

/** Whether one side serves the API now. */
export type Side = () => boolean | Promise<boolean>;

/** One look: at the side before the move first. Where that does not serve any more, the other one has to. */
interface Look {
  readonly before: boolean;
  readonly after: boolean;
}

export class MoveProber {
  private readonly looks: Look[] = [];
  private running = true;
  private readonly done: Promise<void>;

  constructor(
    private readonly before: Side,
    private readonly after: Side,
  ) {
    this.done = this.goOn();
  }

  /** Whether the move is over: the side after it serves alone. */
  async isOver(): Promise<boolean> {
    return !(await this.before()) && (await this.after());
  }

  /** Ends, and gives how often neither served the API. Fails where there were too few looks to tell. */
  async gaps(): Promise<number> {
    this.running = false;
    await this.done;
    if (this.looks.length < 10) throw new Error(`there were only ${this.looks.length} looks`);
    return this.looks.filter(({ before, after }) => !before && !after).length;
  }

  private async goOn(): Promise<void> {
    while (this.running) {
      const before = await this.before();
      this.looks.push({ before, after: await this.after() });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Whether this address is answered. */
export function answers(url: string): Side {
  return async () => (await fetch(url)).ok;
}
