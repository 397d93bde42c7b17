// Thousands of runs of the warm engine, some of which fail and some of which are cut off: nothing is lost or left over.
import { join } from "node:path";
import { createEngine, projectName, resolveBackend } from "../../../stack";
import { withEngines, type Toolchain } from "../../toolchain";
import { Installation, type BenchOptions } from "../installation";
import { type Measured } from "../measured";
import { differences, liveObjects, unfulfilled } from "./custody";
import { CONCURRENCY, performRuns } from "./lanes";
import { leftOver } from "./leftOver";
import { measured } from "./report";
import { type SoakResult, type TimedEvent } from "./result";
import { type SoakStack } from "./soakStack";
import { locksIn, stacksIn } from "./stateFolder";

/** Runs where nobody says how many. */
const RUNS = { full: 5000, quick: 300 } as const;

/** Milliseconds a run may take, and those it has to stop. */
const DEADLINE = 60_000;
const GRACE = 15_000;

/**
 * Performs a soak.
 *
 * @throws Error where the warm engine is not installed.
 */
export async function measureSoak(options: BenchOptions): Promise<Measured> {
  const { toolchain, say, quick, runs = quick ? RUNS.quick : RUNS.full } = options;
  const { warmEngine } = toolchain;
  if (warmEngine === undefined) throw new Error("a soak needs the warm engine, and that is not installed");
  return Installation.with(options, (installation) => {
    const environment = { ...installation.env, ...pulumiEnvironment(toolchain) };
    return withEnvironment(environment, async () => {
      say(`soak: ${runs} runs`);
      return measured(await soak(installation, warmEngine, runs, say));
    });
  });
}

async function soak(
  installation: Installation,
  warmEngine: string,
  runs: number,
  say: BenchOptions["say"],
): Promise<SoakResult> {
  const stateDir = join(installation.dir, "state");
  const events: TimedEvent[] = [];
  const operations: Record<string, number> = {};
  const engine = await createEngine({
    choice: "warm",
    warmEngine,
    stateDir,
    backend: resolveBackend(stateDir, { passphraseInEnvironment: false }),
    deadline: DEADLINE,
    grace: GRACE,
    concurrency: CONCURRENCY,
    onProcess: (operation) => (operations[operation] = (operations[operation] ?? 0) + 1),
    onEngine: (event) => events.push({ ...event, at: performance.now() }),
    // What is not the log of the engine are the last words of a process.
    onLine: (line) => {
      if (!line.startsWith("{")) say(line);
    },
  });
  const performed = await performRuns(engine, runs, say).finally(() => engine.close());
  return {
    ...performed,
    events,
    operations,
    ...(await lookAround(installation, stateDir, performed.stacks)),
  };
}

/** How things are once the engine is closed. */
async function lookAround(
  { clients }: Installation,
  stateDir: string,
  stacks: readonly SoakStack[],
): Promise<Pick<SoakResult, "pending" | "wrong">> {
  const folder = join(stateDir, "state");
  const state = stacksIn(folder, projectName("ExposedAPI"));
  const live = await liveObjects(clients);
  return {
    pending: state.reduce((sum, { pending }) => sum + pending, 0),
    wrong: [
      ...locksIn(folder).map((lock) => `a lock is left: ${lock}`),
      ...differences(state, live),
      ...unfulfilled(stacks, state, live),
      ...leftOver(stateDir),
    ],
  };
}

function pulumiEnvironment(toolchain: Toolchain): Readonly<Record<string, string>> {
  return { PATH: withEngines(toolchain, process.env["PATH"]), PULUMI_HOME: toolchain.pulumiHome };
}

/** Does a task while this process has other variables: its children get them. */
async function withEnvironment<Result>(
  environment: Readonly<Record<string, string>>,
  task: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  try {
    return await task();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
