// An engine process and the runs it has: counted, and its health watched while there are any.
import { type EngineLease, type RunEnd } from "../address";
import { health } from "./client";
import { type EngineProcess } from "./engineProcess";
import { type Health } from "./protocol";

/** What an engine process may reach before it is replaced. Its library leaks a little with every run. */
export interface EngineLimits {
  readonly runs: number;
  /** Resident bytes, without its providers. */
  readonly memory: number;
  /** Open file descriptors. */
  readonly descriptors: number;
}

/** Limits where none are given. */
export const defaultLimits: EngineLimits = { runs: 2000, memory: 1024 ** 3, descriptors: 3000 };

/** What its owner does about an engine. */
export interface EngineWatch {
  readonly limits: EngineLimits;
  /** A run has left. */
  readonly onRelease: (engine: LeasedEngine, end: RunEnd) => void;
  /** A limit is reached. Called again and again until the engine is retired. */
  readonly onLimit: (engine: LeasedEngine, why: string) => void;
  /** The engine does not answer any more. */
  readonly onHung: (engine: LeasedEngine, why: string) => void;
  /** A run goes on that nobody waits for any more. */
  readonly onLeftRun: (engine: LeasedEngine, why: string) => void;
}

/** Milliseconds between two looks at an engine that has runs. */
const LOOK = 10_000;

/** Milliseconds an engine may take to tell its health. */
const ANSWER = 5000;

/** Looks without an answer that make a hung engine. */
const MISSES = 3;

/** Milliseconds a run may go on after its worker has gone, whose connection it has lost by that. */
const LEFT = 30_000;

/** Gives out leases on one engine process. */
export class LeasedEngine {
  readonly startedAt = Date.now();
  private runs = 0;
  private active = 0;
  private misses = 0;
  /** Milliseconds since the epoch since which the engine has had more runs than leases, at every look. */
  private leftSince: number | undefined;
  private looking: NodeJS.Timeout | undefined;
  private retired = false;
  private killing: NodeJS.Timeout | undefined;

  constructor(
    readonly process: EngineProcess,
    private readonly watch: EngineWatch,
  ) {}

  /** Whether it is to end: its end is no crash. */
  get isRetired(): boolean {
    return this.retired;
  }

  lease(): EngineLease {
    this.runs += 1;
    this.active += 1;
    this.looking ??= this.lookLater();
    let released = false;
    return {
      address: this.process.address,
      release: (end) => {
        if (released) return;
        released = true;
        this.release(end);
      },
    };
  }

  /**
   * Ends the process once its last run has left it.
   *
   * @param within Milliseconds after which it is ended by force; it is not waited for when its last run has left, for
   * one that nobody waits for any more would hold it up.
   */
  retire(within?: number): void {
    this.retired = true;
    if (within !== undefined) this.killing ??= setTimeout(this.kill.bind(this), within).unref();
    this.endIfIdle();
  }

  /** Ends the process; runs under way are asked to stop. */
  async stop(): Promise<void> {
    this.retired = true;
    await this.process.stop();
  }

  /** Ends the process at once. */
  kill(): void {
    this.retired = true;
    this.process.kill();
  }

  /** The process has ended. */
  over(): void {
    clearTimeout(this.looking);
    clearTimeout(this.killing);
  }

  private endIfIdle(): void {
    if (!this.retired || this.active > 0) return;
    if (this.killing === undefined) void this.stop();
    else this.kill();
  }

  private release(end: RunEnd): void {
    this.active -= 1;
    this.watch.onRelease(this, end);
    this.endIfIdle();
    const { limits, onLimit } = this.watch;
    if (!this.retired && this.runs >= limits.runs) onLimit(this, `${this.runs} runs`);
  }

  /** An idle engine is looked at once more and then left alone. */
  private lookLater(): NodeJS.Timeout {
    return setTimeout(() => {
      void this.look().then((again) => {
        this.looking = again ? this.lookLater() : undefined;
      });
    }, LOOK).unref();
  }

  private async look(): Promise<boolean> {
    if (!this.process.running) return false;
    const before = this.active;
    try {
      const seen = await health(this.process.address.socket, ANSWER);
      this.misses = 0;
      const why = excess(seen, this.watch.limits);
      if (why !== undefined && !this.retired) this.watch.onLimit(this, why);
      this.lookForLeft(seen.runs.active > Math.max(before, this.active));
    } catch {
      this.misses += 1;
      if (this.misses >= MISSES) {
        this.watch.onHung(this, `it did not answer ${MISSES} times in a row`);
        return false;
      }
    }
    return this.active > 0 || this.misses > 0 || this.leftSince !== undefined;
  }

  private lookForLeft(found: boolean): void {
    const now = Date.now();
    this.leftSince = found ? (this.leftSince ?? now) : undefined;
    if (this.leftSince === undefined || this.retired || now - this.leftSince < LEFT) return;
    this.watch.onLeftRun(this, "a run that nobody waits for did not stop");
  }
}

function excess({ memory, descriptors }: Health, limits: EngineLimits): string | undefined {
  if (memory >= limits.memory) return `${Math.round(memory / 1024 ** 2)} MiB of memory`;
  if (descriptors >= limits.descriptors) return `${descriptors} file descriptors`;
  return undefined;
}
