/** Where progress is written: a terminal is rewritten in place, anything else gets whole lines. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const QUIET_MS = 10_000;

/** Shows what a long set-up is doing: one line that changes on a terminal, a line every 10 s elsewhere. */
export class Progress {
  private lastLine = -Infinity;
  private onScreen = false;
  private step = "";
  private activity = "";
  private stepStarted = 0;

  constructor(
    private readonly stream: ProgressStream,
    private readonly now: () => number = Date.now,
  ) {}

  /** Begins a step, such as "[2/7] kube-apiserver"; its elapsed time is shown with every update. */
  begin(step: string): void {
    this.step = step;
    this.activity = "";
    this.stepStarted = this.now();
  }

  /** What the current step is doing now. May be called as often as there is something new. */
  update(activity: string): void {
    this.activity = activity;
    this.show();
  }

  /** Shows the same activity with the time that has passed since; to be called about once a second. */
  tick(): void {
    if (this.activity !== "") this.show();
  }

  /** Ends the current step with a line that stays. */
  done(result: string): void {
    this.activity = "";
    this.line(`${this.step}: ${result} (${duration(this.now() - this.stepStarted)})`);
  }

  /** A line that stays. */
  line(text: string): void {
    this.stream.write(`${this.onScreen ? "\r\u001b[2K" : ""}${text}\n`);
    this.onScreen = false;
    this.lastLine = this.now();
  }

  private show(): void {
    const text = `${this.step}: ${this.activity} (${duration(this.now() - this.stepStarted)})`;
    if (this.stream.isTTY) {
      this.stream.write(`\r\u001b[2K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
      this.onScreen = true;
    } else if (this.now() - this.lastLine >= QUIET_MS) {
      this.lastLine = this.now();
      this.stream.write(`${text}\n`);
    }
  }
}

/** Milliseconds as "42s" or "3m 5s". */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}
