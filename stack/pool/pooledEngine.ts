// The engine that the watcher sees: each run in a worker process, in the engine that the source names for it.
import { setTimeout as sleep } from "node:timers/promises";
import { EngineGone, StuckRun, type EngineSource, type RunEnd } from "../address";
import { type RunJournal } from "../cli/journal";
import { type Engine, type PreviewStep, type StackRun, type StackTarget, type UpOptions } from "../engine";
import { StackLockedError, TransientError } from "../errors";
import { type RunOutputs } from "../program";
import { type RunRequest, type RunResults } from "./messages";
import { type WorkerPool } from "./pool";
import { WorkerLost } from "./workerLost";

/** Times a run is tried whose engine or worker goes away: every run may be repeated, because it states what should be. */
const TRIES = 2;

/**
 * Milliseconds between tries of a run that meets an earlier one of its stack in the warm engine. Together they are
 * as long as that may take to end: it is asked to stop when its worker has gone.
 */
const ORPHAN_ENDS = [50, 100, 250, 600, 1_500, 3_500, 7_000, 7_000] as const;

/** Settings of {@link PooledEngine}. */
export interface PooledEngineOptions {
  readonly source: EngineSource;
  readonly pool: Pick<WorkerPool, "run" | "close">;
  /** That of the workers. */
  readonly journal: RunJournal;
}

/** Runs stacks in worker processes. */
export class PooledEngine implements Engine {
  readonly name: string;
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly closing = new AbortController();

  constructor(private readonly options: PooledEngineOptions) {
    this.name = options.source.name;
  }

  up({ signal, ...run }: StackRun, options?: UpOptions): Promise<RunOutputs> {
    return this.perform<"up">({ method: "up", run, options }, signal);
  }

  preview({ signal, ...run }: StackRun): Promise<readonly PreviewStep[]> {
    return this.perform<"preview">({ method: "preview", run }, signal);
  }

  refresh({ signal, ...run }: StackRun): Promise<void> {
    return this.perform<"refresh">({ method: "refresh", run }, signal);
  }

  destroy({ signal, ...run }: StackTarget): Promise<void> {
    return this.perform<"destroy">({ method: "destroy", run }, signal);
  }

  recover(): Promise<void> {
    this.options.journal.killOrphans();
    return Promise.resolve();
  }

  condition(): string | undefined {
    return this.options.source.condition();
  }

  async close(): Promise<void> {
    this.closing.abort();
    // Runs wait for either of them. They see to what they have left behind before they are over.
    await Promise.all([this.options.source.close(), this.options.pool.close()]);
    await Promise.allSettled(this.underWay);
  }

  private async perform<Method extends keyof RunResults>(
    request: RunRequest & { readonly method: Method },
    signal: AbortSignal | undefined,
  ): Promise<RunResults[Method]> {
    const run = this.repeating(request, signal);
    this.underWay.add(run);
    try {
      return (await run) as RunResults[Method];
    } finally {
      this.underWay.delete(run);
    }
  }

  private async repeating(request: RunRequest, signal: AbortSignal | undefined): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.afterOrphan(request, signal);
      } catch (error) {
        if (!(error instanceof EngineGone || error instanceof WorkerLost)) throw error;
        const repeatable = tries < TRIES && !wasKilled(error) && !this.isOver(signal);
        if (!repeatable) throw presentable(error);
      }
    }
  }

  /** Waits for the end of an earlier run of the stack that has lost its worker, where one is in the way. */
  private async afterOrphan(request: RunRequest, signal: AbortSignal | undefined): Promise<unknown> {
    for (const delay of ORPHAN_ENDS) {
      try {
        return await this.once(request, signal);
      } catch (error) {
        if (!this.isOrphan(error)) throw error;
      }
      const signals = [this.closing.signal, ...(signal ? [signal] : [])];
      // After an abort the next try says that the run is over.
      await sleep(delay, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
    }
    return this.once(request, signal);
  }

  /**
   * Whether a run met another one of its stack in the warm engine, which names no holder. Nobody overlaps two runs of
   * one stack, so that the other has lost its worker.
   */
  private isOrphan(error: unknown): boolean {
    return this.name === "warm" && error instanceof StackLockedError && error.holders.length === 0;
  }

  private async once(request: RunRequest, signal: AbortSignal | undefined): Promise<unknown> {
    const lease = await this.options.source.lease(signal);
    const began = Date.now();
    let end: RunEnd = "ended";
    try {
      return await this.options.pool.run({ request, address: lease.address, signal });
    } catch (error) {
      end = endOf(error);
      // A warm engine sees the connection of a lost worker end, and stops the run by itself.
      if (error instanceof WorkerLost && lease.address.kind === "cli") {
        await this.options.journal.killLeftBy(error.pid, began);
      }
      throw error;
    } finally {
      lease.release(end);
    }
  }

  /** Whether nobody waits for a run any more. */
  private isOver(signal: AbortSignal | undefined): boolean {
    return this.closing.signal.aborted || signal?.aborted === true;
  }
}

function wasKilled(error: EngineGone | WorkerLost): boolean {
  return error instanceof WorkerLost && error.killedFor !== undefined;
}

function endOf(error: unknown): RunEnd {
  if (error instanceof EngineGone) return "gone";
  if (error instanceof WorkerLost) return "lost";
  return error instanceof StuckRun ? "stuck" : "ended";
}

function presentable(error: EngineGone | WorkerLost): TransientError {
  const late = error instanceof WorkerLost && error.killedFor === "deadline";
  return late
    ? new TransientError("DeadlineExceeded", "the run did not end in time, so its process was killed")
    : new TransientError("EngineStopped", error.message);
}
