// Ends a run in the warm engine that takes too long or is not wanted any more.

/** When to end a run, and how to ask for it. */
export interface RunGuardOptions {
  /** Milliseconds until the run is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking and giving up. */
  readonly grace: number;
  /** Asks the run to stop, as the deadline does. */
  readonly signal?: AbortSignal | undefined;
  /** Asks the engine to stop the run. Aborting `done` ends the request. */
  readonly interrupt: (done: AbortSignal) => void;
}

/** Milliseconds after which a run is asked again: the engine may not have known it yet the first time. */
const ASKED_AGAIN = 1000;

/** Watches one run from its beginning until `end` is called. */
export class RunGuard {
  /** The deadline passed before the run ended. */
  timedOut = false;
  /** The run did not end within the grace after it was asked to. */
  gaveUp = false;

  private readonly over = new AbortController();
  private readonly deadlineTimer: NodeJS.Timeout;
  private graceTimer: NodeJS.Timeout | undefined;
  private asking: NodeJS.Timeout | undefined;

  constructor(private readonly options: RunGuardOptions) {
    this.deadlineTimer = setTimeout(() => {
      this.timedOut = true;
      this.stop();
    }, options.deadline);
    options.signal?.addEventListener("abort", this.stop, { once: true });
  }

  /** Aborted when nobody waits for the run any more. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** The run is over. */
  end(): void {
    clearTimeout(this.deadlineTimer);
    clearTimeout(this.graceTimer);
    clearTimeout(this.asking);
    this.options.signal?.removeEventListener("abort", this.stop);
    this.over.abort();
  }

  private ask(): void {
    this.options.interrupt(this.over.signal);
    this.asking = setTimeout(this.ask.bind(this), ASKED_AGAIN);
  }

  private readonly stop = (): void => {
    if (this.graceTimer !== undefined) return;
    this.ask();
    this.graceTimer = setTimeout(() => {
      this.gaveUp = true;
      this.over.abort();
    }, this.options.grace);
  };
}
