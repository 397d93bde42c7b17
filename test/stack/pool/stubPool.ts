import { join } from "node:path";
import { defaultIstioSettings } from "../../../components";
import { type EngineProcessEvent, type StackRun } from "../../../stack";
import { type EngineAddress } from "../../../stack/address";
import { WorkerPool, type PoolOptions } from "../../../stack/pool/pool";
import { type WorkerTask } from "../../../stack/pool/workerProcess";
import { parse } from "../../spec/examples";

/** A pool of workers whose programs do what the name of the stack says, and what it tells of itself. */
export interface StubPool {
  readonly pool: WorkerPool;
  readonly operations: readonly string[];
  readonly lines: readonly string[];
  readonly events: readonly EngineProcessEvent[];
  /** Its events so far but for the pids. */
  told(): readonly string[];
}

/** Where the runs of tests take place, as far as a stub is concerned. */
export const address: EngineAddress = { kind: "cli", command: "pulumi", version: "3.246.0" };

/** The run of a stack. */
export function runOfStack(stack: string): StackRun {
  const input = { api: parse(), settings: { gateway: defaultIstioSettings } };
  return { kind: "ExposedAPI", stack, known: true, input };
}

/** A run of the program of this name. */
export function task(stack: string, signal?: AbortSignal): WorkerTask {
  return { request: { method: "up", run: runOfStack(stack) }, address, signal };
}

/** Starts a pool of one worker, unless `options` say more. */
export function startPool(stateDir: string, options: Partial<PoolOptions> = {}): StubPool {
  const operations: string[] = [];
  const lines: string[] = [];
  const events: EngineProcessEvent[] = [];
  const pool = new WorkerPool({
    entry: join(__dirname, "stubWorker.ts"),
    settings: {
      stateDir,
      backend: { url: "file:///state", secretsProvider: "passphrase", passphrase: "not to be seen" },
      deadline: 60_000,
      grace: 10_000,
    },
    size: 1,
    hardDeadline: 60_000,
    hardGrace: 60_000,
    maxRuns: 1_000,
    maxFailures: 1_000,
    maxMemory: 2 ** 30,
    maxHeap: 2 ** 29,
    maxIdle: 60_000,
    onOperation: (operation) => operations.push(operation),
    onLine: (line) => lines.push(line),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const told = (): string[] => events.map(({ event, detail = "" }) => `${event} ${detail}`.trim());
  return { pool, operations, lines, events, told };
}
