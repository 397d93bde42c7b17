// The engine that the watcher sees: each run in a worker process, in the engine that the source names for it.
import { EngineGone, StuckRun, type EngineSource, type RunEnd } from "../address";
import { type RunJournal } from "../cli/journal";
import { type Engine, type PreviewStep, type StackRun, type StackTarget, type UpOptions } from "../engine";
import { TransientError } from "../errors";
import { type ApiOutputs } from "../program";
import { type RunRequest, type RunResults } from "./messages";
import { type WorkerPool } from "./pool";
import { WorkerLost } from "./workerLost";

/** Times a run is tried whose engine or worker goes away: every run may be repeated, because it states what should be. */
const TRIES = 2;

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
  private closed = false;

  constructor(private readonly options: PooledEngineOptions) {
    this.name = options.source.name;
  }

  up({ signal, ...run }: StackRun, options?: UpOptions): Promise<ApiOutputs> {
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
    this.closed = true;
    await this.options.pool.close();
    await Promise.allSettled(this.underWay);
    await this.options.source.close();
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
        return await this.once(request, signal);
      } catch (error) {
        if (!(error instanceof EngineGone || error instanceof WorkerLost)) throw error;
        const repeatable = tries < TRIES && !wasStuck(error) && !this.closed && signal?.aborted !== true;
        if (!repeatable) throw presentable(error);
      }
    }
  }

  private async once(request: RunRequest, signal: AbortSignal | undefined): Promise<unknown> {
    const lease = await this.options.source.lease();
    const began = Date.now();
    let end: RunEnd = "ended";
    try {
      return await this.options.pool.run({ request, address: lease.address, signal });
    } catch (error) {
      end = error instanceof EngineGone ? "gone" : wasStuck(error) ? "stuck" : "ended";
      // A warm engine sees the connection of a lost worker end, and stops the run by itself.
      if (error instanceof WorkerLost && lease.address.kind === "cli") {
        await this.options.journal.killLeftBy(error.pid, began);
      }
      throw error;
    } finally {
      lease.release(end);
    }
  }
}

/** Whether the engine may still be at the run. */
function wasStuck(error: unknown): boolean {
  return error instanceof StuckRun || (error instanceof WorkerLost && error.killedFor !== undefined);
}

function presentable(error: EngineGone | WorkerLost): TransientError {
  const late = error instanceof WorkerLost && error.killedFor === "deadline";
  return late
    ? new TransientError("DeadlineExceeded", "the run did not end in time, so its process was killed")
    : new TransientError("EngineStopped", error.message);
}
