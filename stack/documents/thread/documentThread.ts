// The process's side of the thread: one document at a time, each within its time and memory.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { DocumentError, invalid } from "../document";
import { type ImportStep } from "../import";
import { type ImportOutcome, type ImportTask } from "./messages";

/** Milliseconds without work after which the thread ends: it holds some 60 MB. */
const IDLE = 30_000;

/** Megabytes of heap that a document may take. */
const MAX_HEAP = 512;

/** Imports documents in a thread that is there while it is needed. */
export class DocumentThread {
  private worker: Promise<Worker> | undefined;
  private idle: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private stopped = false;

  /** @param deadline milliseconds that one document may take */
  constructor(private readonly deadline: number) {}

  /**
   * Imports one document after those before it.
   *
   * @throws DocumentError as `importDocument` does, and where it takes too long or too much memory.
   */
  import(task: ImportTask): Promise<ImportStep> {
    const step = this.last.then(() => this.perform(task));
    this.last = step.catch(() => undefined);
    return step;
  }

  /** Ends the thread, also where it is at a document. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.end();
  }

  private async perform(task: ImportTask): Promise<ImportStep> {
    if (this.stopped) throw new Error("no documents are read any more");
    clearTimeout(this.idle);
    const outcome = await this.outcomeOf(task);
    this.idle = setTimeout(() => void this.end(), IDLE).unref();
    switch (outcome.type) {
      case "step":
        return outcome.step;
      case "refused":
        throw new DocumentError(outcome.reason, outcome.message);
      case "failed":
        throw new Error(`a document cannot be imported: ${outcome.message}`);
    }
  }

  private async outcomeOf(task: ImportTask): Promise<ImportOutcome> {
    // To start it takes a time of its own, which is no document's fault.
    const worker = await (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        worker.off("message", answered).off("error", failed).off("exit", exited);
        // An idle thread keeps no program from ending.
        worker.unref();
      };
      const giveUp = (error: Error): void => {
        settle();
        void this.end();
        reject(error);
      };
      const answered = (outcome: ImportOutcome): void => {
        settle();
        resolve(outcome);
      };
      const failed = (error: unknown): void => {
        const known = error instanceof Error ? error : new Error(String(error));
        const memory = "code" in known && known.code === "ERR_WORKER_OUT_OF_MEMORY";
        giveUp(memory ? invalid("takes too much memory to check") : known);
      };
      const exited = (code: number): void => {
        giveUp(new Error(`the thread for documents ended with code ${code}`));
      };
      const timer = setTimeout(() => {
        giveUp(invalid(`takes more than ${this.deadline / 1000} s to check`));
      }, this.deadline);
      worker.on("message", answered).on("error", failed).on("exit", exited);
      worker.ref();
      worker.postMessage(task);
    });
  }

  private start(): Promise<Worker> {
    const starting = start();
    const gone = (): void => {
      if (this.worker === starting) this.worker = undefined;
    };
    starting.then((worker) => worker.once("exit", gone), gone);
    return starting;
  }

  private async end(): Promise<void> {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = undefined;
    await worker?.then(
      (started) => started.terminate(),
      () => undefined,
    );
  }
}

/** A thread from the module beside this one: of TypeScript, it is loaded as the tests and tools of this project are. */
async function start(): Promise<Worker> {
  const compiled = join(__dirname, "main.js");
  const isCompiled = existsSync(compiled);
  const worker = new Worker(isCompiled ? compiled : join(__dirname, "main.ts"), {
    execArgv: isCompiled ? [] : ["--require", require.resolve("tsx/cjs")],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP },
  });
  // Its first message says that it is ready; an error before rejects.
  await once(worker, "message");
  // What goes wrong between two documents, its end tells.
  worker.on("error", () => undefined);
  return worker;
}
