// Worker processes for the programs of runs: started ahead of need, renewed before they grow old.
import { type EngineProcessEvent } from "../engine";
import { TransientError } from "../errors";
import { WorkerProcess, type WorkerOptions, type WorkerTask } from "./workerProcess";

/** Settings of {@link WorkerPool}. */
export interface PoolOptions extends WorkerOptions {
  /** Most workers at work at a time. */
  readonly size: number;
  /** Runs after which a worker is renewed. */
  readonly maxRuns: number;
  /** Failed runs after which a worker is renewed: each leaves connections open, and listeners for its errors. */
  readonly maxFailures: number;
  /** Resident bytes after which a worker is renewed. */
  readonly maxMemory: number;
  /** Milliseconds after which a worker without a run is ended, but for the last. */
  readonly maxIdle: number;
  readonly onEvent: (event: EngineProcessEvent) => void;
}

interface Waiter {
  readonly resolve: (worker: WorkerProcess) => void;
  readonly reject: (error: Error) => void;
}

/** Milliseconds until another worker is started in place of one that did not start, where runs wait for it. */
const RETRY = 1_000;

/** Gives each run a worker of its own. */
export class WorkerPool {
  private readonly workers = new Set<WorkerProcess>();
  private readonly starting = new Set<WorkerProcess>();
  /** Workers without a run, the one used last at the end, and the timer that ends each. */
  private readonly idle = new Map<WorkerProcess, NodeJS.Timeout>();
  /** Workers that have served their time: which one takes the place of each, and why. */
  private readonly renewals = new Map<
    WorkerProcess,
    { readonly successor: WorkerProcess; readonly why: string }
  >();
  private readonly waiting: Waiter[] = [];
  private readonly ending = new Set<Promise<void>>();
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: PoolOptions) {
    this.start();
  }

  /**
   * Performs a run in a worker; waits for one where all are at work.
   *
   * @throws the error of the run, `WorkerLost`, and TransientError with reason `EngineMissing` when no worker starts,
   * `EngineStopped` when the run is given up before it begins.
   */
  async run(task: WorkerTask): Promise<unknown> {
    const worker = await this.take(task.signal);
    try {
      return await worker.perform(task);
    } finally {
      this.giveBack(worker);
    }
  }

  /** Ends every worker, those at a run by force. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    for (const { reject } of this.waiting.splice(0)) reject(stopping());
    for (const worker of [...this.workers]) this.end(worker);
    await Promise.all(this.ending);
  }

  private async take(signal: AbortSignal | undefined): Promise<WorkerProcess> {
    if (this.closed) throw stopping();
    if (signal?.aborted) throw givenUp();
    const worker = [...this.idle.keys()].at(-1);
    if (worker !== undefined) {
      clearTimeout(this.idle.get(worker));
      this.idle.delete(worker);
      this.startAhead();
      return worker;
    }
    const given = this.wait(signal);
    this.startAhead();
    return given;
  }

  private async wait(signal: AbortSignal | undefined): Promise<WorkerProcess> {
    let leave: () => void = () => undefined;
    const given = new Promise<WorkerProcess>((resolve, reject) => {
      const waiter = { resolve, reject };
      this.waiting.push(waiter);
      leave = () => {
        const place = this.waiting.indexOf(waiter);
        if (place === -1) return;
        this.waiting.splice(place, 1);
        reject(givenUp());
      };
      signal?.addEventListener("abort", leave, { once: true });
    });
    return given.finally(() => signal?.removeEventListener("abort", leave));
  }

  /** Has one worker more than runs need, as far as the size allows. */
  private startAhead(): void {
    const spare = (): number => this.idle.size + this.starting.size - this.waiting.length;
    const room = (): number => this.options.size - this.workers.size + this.renewals.size;
    while (!this.closed && spare() < 1 && room() > 0 && this.start() !== undefined);
  }

  private giveBack(worker: WorkerProcess): void {
    if (!this.workers.has(worker)) return;
    const { maxRuns, maxFailures, maxMemory } = this.options;
    if (worker.flaw !== undefined) this.recycle(worker, worker.flaw);
    else if (worker.runs >= maxRuns) this.renew(worker, `${worker.runs} runs`);
    else if (worker.failures >= maxFailures) this.renew(worker, `${worker.failures} failed runs`);
    else if (worker.memory >= maxMemory) this.renew(worker, `${Math.round(worker.memory / 2 ** 20)} MB`);
    else this.offer(worker);
  }

  /** Keeps a worker that has served its time until another can take its place. */
  private renew(worker: WorkerProcess, why: string): void {
    if (!this.renewals.has(worker)) {
      const successor = this.start();
      if (successor !== undefined) this.renewals.set(worker, { successor, why });
    }
    const renewal = this.renewals.get(worker);
    if (renewal === undefined || this.starting.has(renewal.successor)) this.offer(worker);
    else this.recycle(worker, renewal.why);
  }

  private recycle(worker: WorkerProcess, why: string): void {
    this.options.onEvent({ process: "worker", event: "recycled", pid: worker.pid, detail: why });
    this.end(worker);
    this.startAhead();
  }

  private offer(worker: WorkerProcess): void {
    const waiter = this.waiting.shift();
    if (waiter !== undefined) {
      waiter.resolve(worker);
      return;
    }
    const timer = setTimeout(() => {
      if (this.idle.size > 1) this.end(worker);
    }, this.options.maxIdle);
    this.idle.set(worker, timer.unref());
  }

  /** Undefined where the machine has no room for another process. */
  private start(): WorkerProcess | undefined {
    let worker: WorkerProcess;
    try {
      worker = new WorkerProcess(this.options);
    } catch (error) {
      const how = `cannot be started: ${(error as Error).message}`;
      this.options.onEvent({ process: "worker", event: "crashed", detail: how });
      this.hasNotStarted(how);
      return undefined;
    }
    this.workers.add(worker);
    this.starting.add(worker);
    worker.ready.then(
      () => {
        this.hasStarted(worker);
      },
      () => undefined,
    );
    void worker.ended.then((how) => {
      // One that was ended on purpose is no worker of the pool any more.
      if (this.workers.has(worker)) this.hasCrashed(worker, how);
    });
    return worker;
  }

  private hasStarted(worker: WorkerProcess): void {
    this.starting.delete(worker);
    if (!this.workers.has(worker)) return;
    this.options.onEvent({ process: "worker", event: "started", pid: worker.pid });
    this.offer(worker);
    for (const [old, { successor, why }] of this.renewals) {
      if (successor === worker && this.idle.has(old)) this.recycle(old, why);
    }
  }

  private hasCrashed(worker: WorkerProcess, how: string): void {
    const started = !this.starting.has(worker);
    const event = worker.killedFor === undefined ? "crashed" : "stuck";
    this.forget(worker);
    this.options.onEvent({ process: "worker", event, pid: worker.pid, detail: how });
    if (!started) this.hasNotStarted(how);
    // One that ends before it has done anything will do so again: only a run is a reason to try.
    else if (worker.runs > 0 || this.waiting.length > 0) this.startAhead();
  }

  /** Tries again in a while where runs wait, which may find another worker meanwhile; fails them where none is left. */
  private hasNotStarted(how: string): void {
    if (this.workers.size === 0) {
      const error = new TransientError("EngineMissing", `the process for programs ${how}`);
      for (const { reject } of this.waiting.splice(0)) reject(error);
    }
    if (this.waiting.length === 0 || this.closed) return;
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      if (this.waiting.length > 0) this.startAhead();
    }, RETRY).unref();
  }

  private end(worker: WorkerProcess): void {
    this.forget(worker);
    const ending = worker.end().finally(() => this.ending.delete(ending));
    this.ending.add(ending);
  }

  private forget(worker: WorkerProcess): void {
    clearTimeout(this.idle.get(worker));
    this.workers.delete(worker);
    this.starting.delete(worker);
    this.idle.delete(worker);
    this.renewals.delete(worker);
    for (const [old, { successor }] of this.renewals) {
      if (successor === worker) this.renewals.delete(old);
    }
  }
}

function stopping(): TransientError {
  return new TransientError("EngineStopped", "the engine is being stopped");
}

function givenUp(): TransientError {
  return new TransientError("EngineStopped", "the run was stopped before it began");
}
