// The parent's side of one worker process: hands it a run at a time, and ends it when it does not come back.
import { fork, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { type EngineAddress } from "../address";
import { killSession } from "../cli/session";
import { errorOf } from "./errorData";
import { type FromWorker, type RunRequest, type ToWorker, type WorkerSettings } from "./messages";
import { WorkerLost } from "./workerLost";

/** One run for a worker. */
export interface WorkerTask {
  readonly request: RunRequest;
  readonly address: EngineAddress;
  /** Aborting asks the run to stop. */
  readonly signal?: AbortSignal | undefined;
}

/** How to start and watch a worker. */
export interface WorkerOptions {
  /** Path of its main module; one of TypeScript is loaded as the tests and tools of this project are. */
  readonly entry: string;
  readonly settings: WorkerSettings;
  /** Milliseconds one operation may take, with what the worker itself allows it for stopping. */
  readonly hardDeadline: number;
  /** Milliseconds a run may take to end once it was asked to stop. */
  readonly hardGrace: number;
  /** Bytes of heap at which it ends, before its program takes memory from others. */
  readonly maxHeap: number;
  /** Called for every operation that a run asks the engine for. */
  readonly onOperation: (operation: string) => void;
  /** Called with each line that it prints. */
  readonly onLine: (line: string) => void;
}

/** The run that a worker is at. */
interface RunUnderWay {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** It is at its next operation, which has the whole time again. */
  readonly restartDeadline: () => void;
}

/** Milliseconds a worker has to end by itself when nothing runs in it. */
const END_TIME = 5_000;

/** A process that runs programs, one at a time. */
export class WorkerProcess {
  readonly pid: number;
  /** Resolves when it has loaded what runs need; rejects with {@link WorkerLost} when it ends before. */
  readonly ready: Promise<void>;
  /** Resolves with how it ended: `ended with code 1`. */
  readonly ended: Promise<string>;
  /** Runs so far. */
  runs = 0;
  /** Those of them that failed. */
  failures = 0;
  /** Resident bytes after the last run. */
  memory = 0;
  /** Why it must not be used again, where a program has left it unfit. */
  flaw: string | undefined;

  private readonly child: ChildProcess;
  private current: RunUnderWay | undefined;
  private killReason: "deadline" | "abort" | undefined;

  /**
   * Starts one.
   *
   * @param options See there.
   * @throws Error when the machine has no room for another process.
   */
  constructor(private readonly options: WorkerOptions) {
    this.child = fork(options.entry, [], {
      execArgv: [...loaderOf(options.entry), `--max-old-space-size=${Math.round(options.maxHeap / 2 ** 20)}`],
      serialization: "advanced",
      // A session of its own: a signal from the terminal is the parent's alone, and it is killed with its children.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.pid = this.child.pid ?? 0;
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", options.onLine);
    }
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => {
        // Messages that cannot be sent are answered by the end of the process.
        if (this.pid === 0) resolve(`cannot be started: ${error.message}`);
      });
      this.child.once("exit", (code, signal) => {
        resolve(signal === null ? `ended with code ${String(code)}` : `was ended by ${signal}`);
      });
    });
    this.ready = new Promise((resolve, reject) => {
      this.child.on("message", (message: FromWorker) => {
        if (message.type === "ready") resolve();
        else this.receive(message);
      });
      void this.ended.then((how) => {
        const lost = new WorkerLost(`the process of the program ${how}`, this.pid, this.killReason);
        reject(lost);
        this.current?.reject(lost);
      });
    });
    // Who waits for it learns of its failure; nobody has to.
    this.ready.catch(() => undefined);
    this.send({ type: "settings", settings: options.settings });
  }

  /** Why it was ended by force, where a run did not end in time. */
  get killedFor(): "deadline" | "abort" | undefined {
    return this.killReason;
  }

  /**
   * Performs a run and gives its result. Not for a worker that is at one.
   *
   * @throws the error of the run, or {@link WorkerLost}.
   */
  perform({ request, address, signal }: WorkerTask): Promise<unknown> {
    const { hardDeadline, hardGrace } = this.options;
    return new Promise((resolve, reject) => {
      this.send({ type: "run", request, address });
      const deadline = setTimeout(() => {
        this.kill("deadline");
      }, hardDeadline);
      let grace: NodeJS.Timeout | undefined;
      const abort = (): void => {
        this.send({ type: "abort" });
        grace = setTimeout(() => {
          this.kill("abort");
        }, hardGrace);
      };
      const settle = (): void => {
        clearTimeout(deadline);
        clearTimeout(grace);
        signal?.removeEventListener("abort", abort);
        this.current = undefined;
      };
      this.current = {
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        restartDeadline: () => deadline.refresh(),
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Has it end. By force where it is at a run, or does not end soon. */
  async end(): Promise<void> {
    if (this.current !== undefined) this.kill();
    else if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => {
      this.kill();
    }, END_TIME);
    await this.ended;
    clearTimeout(timer);
  }

  private kill(why?: "deadline" | "abort"): void {
    this.killReason ??= why;
    if (this.pid !== 0 && this.child.exitCode === null && this.child.signalCode === null)
      killSession(this.pid);
  }

  private receive(message: Exclude<FromWorker, { readonly type: "ready" }>): void {
    if (message.type === "began") {
      this.current?.restartDeadline();
      this.options.onOperation(message.operation);
      return;
    }
    const { outcome, memory, disturbed } = message;
    this.runs += 1;
    this.memory = memory;
    if (disturbed) this.flaw = "a program has left an error that nothing caught";
    if (outcome.ok) {
      this.current?.resolve(outcome.result);
      return;
    }
    this.failures += 1;
    const { error } = outcome;
    if (error.type === "stuck" || (error.type === "transient" && error.reason === "DeadlineExceeded")) {
      this.flaw = "a program has not ended";
    }
    // The errors of all other classes are the engine's, whose answer no other program could have changed.
    const misled = disturbed && error.type === "engine";
    this.current?.reject(
      misled ? new WorkerLost("an error of an earlier program came up in the run", this.pid) : errorOf(error),
    );
  }

  private send(message: ToWorker): void {
    // Where the worker is gone, its end says so.
    this.child.send(message, () => undefined);
  }
}

/** Options of Node to load a module: none for one that is compiled. */
function loaderOf(entry: string): readonly string[] {
  return entry.endsWith(".ts") ? ["--require", require.resolve("tsx/cjs")] : [];
}
