// Chooses how the Pulumi engine is hosted.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, extname, join } from "node:path";
import { type EngineSource } from "./address";
import { type BackendSettings } from "./backend";
import { CliSource, findCli } from "./cli/cliSource";
import { RunJournal } from "./cli/journal";
import { type Engine, type EngineChoice, type EngineProcessEvent } from "./engine";
import { WorkerPool } from "./pool/pool";
import { PooledEngine } from "./pool/pooledEngine";
import { WarmSource } from "./warm/supervisor";

/** Settings of {@link createEngine}. */
export interface EngineOptions {
  readonly choice: EngineChoice;
  /** Path of the warm engine's program; undefined looks for `pulumi-warm-engine` on PATH. */
  readonly warmEngine?: string | undefined;
  /** Folder of this installation: work files, the journal of runs, and by default the state. */
  readonly stateDir: string;
  readonly backend: BackendSettings;
  /** Milliseconds a run may take before it is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking a run to stop and ending it by force. */
  readonly grace: number;
  /** Most runs at a time. */
  readonly concurrency: number;
  /** Called for every CLI process and every request to the warm engine, with the operation. */
  readonly onProcess?: (operation: string) => void;
  /** Called when a process that serves many runs starts or ends otherwise than asked for. */
  readonly onEngine?: (event: EngineProcessEvent) => void;
  /** Called with each line that a process prints beside its runs. */
  readonly onLine?: (line: string) => void;
}

/** Name of the warm engine's program. */
const WARM_ENGINE = "pulumi-warm-engine";

/** Milliseconds more than a worker itself allows a run, before it is taken for hung. */
const HARD_MARGIN = 5_000;

/** What a worker may have done and hold until another takes its place: runs, and bytes of memory. */
const WORKER_LIMITS = {
  maxRuns: 1_000,
  maxFailures: 50,
  maxMemory: 512 * 2 ** 20,
  maxHeap: 512 * 2 ** 20,
} as const;

/** Milliseconds that a worker may be without a run. */
const WORKER_IDLE = 300_000;

/**
 * The engine of an installation.
 *
 * @throws Error when the engine asked for, or any engine where none is asked for, is not installed or cannot use the
 * backend.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { stateDir, backend, deadline, grace, concurrency } = options;
  const journal = new RunJournal(join(stateDir, "runs"), deadline + grace);
  const source = await sourceOf(options);
  const pool = new WorkerPool({
    entry: join(__dirname, "pool", `worker${extname(__filename)}`),
    settings: { stateDir, backend, deadline, grace },
    size: concurrency,
    hardDeadline: deadline + grace + HARD_MARGIN,
    hardGrace: grace + HARD_MARGIN,
    ...WORKER_LIMITS,
    maxIdle: WORKER_IDLE,
    onOperation: options.onProcess ?? (() => undefined),
    onLine: options.onLine ?? (() => undefined),
    onEvent: options.onEngine ?? (() => undefined),
  });
  return new PooledEngine({ source, pool, journal });
}

async function sourceOf(options: EngineOptions): Promise<EngineSource> {
  const { choice, backend } = options;
  if (choice === "cli") return new CliSource(await findCli());
  const command = options.warmEngine ?? onPath(WARM_ENGINE);
  const cloud = /^https?:/.test(backend.url);
  if (choice === "warm") {
    if (command === undefined) throw new Error(`no ${WARM_ENGINE} on PATH`);
    if (cloud) throw new Error("the warm engine cannot keep state in Pulumi Cloud");
    return new WarmSource({ ...options, command });
  }
  if (command === undefined || cloud) return new CliSource(await findCli());
  const fallback = await findCli().then(
    (address) => new CliSource(address),
    () => undefined,
  );
  return new WarmSource({ ...options, command, ...(fallback && { fallback }) });
}

/** Path of a program on PATH. */
function onPath(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
