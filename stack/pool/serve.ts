// The worker's side: performs the runs that its parent sends, one at a time, and ends when its parent does.
import { AsyncLocalStorage } from "node:async_hooks";
import { type EngineAddress } from "../address";
import { errorData } from "./errorData";
import {
  type FromWorker,
  type RunOutcome,
  type RunRequest,
  type ToWorker,
  type WorkerSettings,
} from "./messages";

/** Performs one run; `signal` is aborted to have it stop. */
export type Perform = (request: RunRequest, address: EngineAddress, signal: AbortSignal) => Promise<unknown>;

/** Makes what performs runs; `began` is to be called for every operation that the engine is asked for. */
export type Prepare = (settings: WorkerSettings, began: (operation: string) => void) => Perform;

/** The run under way. */
interface CurrentRun {
  readonly abort: AbortController;
  /** An error of an earlier run came up in it. */
  disturbed: boolean;
}

/** Serves the process that forked this one. */
export function serve(prepare: Prepare): void {
  const worker = new Worker(prepare);
  process.on("message", (message: ToWorker) => {
    worker.receive(message);
  });
  process.once("disconnect", () => process.exit(0));
  // The parent decides when its runs are to end, also where a signal is for all processes of a service.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      worker.uncaught(error, process.listenerCount(event) > 1);
    });
  }
  send({ type: "ready" });
}

class Worker {
  /** Which run a piece of code belongs to, also where it goes on after the run has ended. */
  private readonly runs = new AsyncLocalStorage<CurrentRun>();
  private current: CurrentRun | undefined;
  private perform: Perform | undefined;

  constructor(private readonly prepare: Prepare) {}

  receive(message: ToWorker): void {
    switch (message.type) {
      case "settings":
        this.perform = this.prepare(message.settings, (operation) => {
          send({ type: "began", operation });
        });
        return;
      case "run":
        void this.run(message.request, message.address);
        return;
      case "abort":
        // Nothing where the run has ended meanwhile.
        this.current?.abort.abort();
    }
  }

  /**
   * An error that nothing has caught. That of the run under way is Pulumi's to judge: it fails the run, or is known to
   * come with the failure of a resource.
   *
   * @param noticed Whether Pulumi sees it, as it does while a program runs.
   */
  uncaught(error: unknown, noticed: boolean): void {
    if (isConnectionEnd(error)) return;
    const { current } = this;
    if (current === undefined || !noticed) {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    }
    // Of a rejected promise nobody can tell whose it was.
    const owner = this.runs.getStore();
    if (owner !== undefined && owner !== current) current.disturbed = true;
  }

  private async run(request: RunRequest, address: EngineAddress): Promise<void> {
    const run: CurrentRun = { abort: new AbortController(), disturbed: false };
    this.current = run;
    const outcome = await this.runs.run(run, () => this.outcome(request, address, run.abort.signal));
    this.current = undefined;
    send({ type: "ended", outcome, memory: process.memoryUsage.rss(), disturbed: run.disturbed });
  }

  private async outcome(
    request: RunRequest,
    address: EngineAddress,
    signal: AbortSignal,
  ): Promise<RunOutcome> {
    try {
      if (this.perform === undefined) throw new Error("a run came before the settings of the worker");
      return { ok: true, result: await this.perform(request, address, signal) };
    } catch (error) {
      return { ok: false, error: errorData(error) };
    }
  }
}

/** gRPC status codes CANCELLED and UNAVAILABLE. */
const CONNECTION_ENDS: readonly unknown[] = [1, 14];

/**
 * Whether a program waited for an answer of an engine that has gone. Pulumi passes over these errors too. Those of
 * gRPC alone have details and metadata; a command that exits has a code of 1 as well.
 */
function isConnectionEnd(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    CONNECTION_ENDS.includes(error.code) &&
    "details" in error &&
    "metadata" in error
  );
}

function send(message: FromWorker): void {
  // A parent that is gone needs no answer; the end of the connection ends this process.
  process.send?.(message, undefined, undefined, () => undefined);
}
