// One engine at work on one row.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  LocalWorkspace,
  Stack,
  type EngineEvent,
  type OutputMap,
  type PulumiCommand,
  type PulumiFn,
} from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { type WarmAddress } from "../../../stack/warm/command";
import { NamespaceObjects } from "./cluster";
import { normalise } from "./normalise";
import { quickCommand } from "./quickCommand";
import {
  changesOf,
  outcomeOf,
  recordError,
  recordEvents,
  recordOrder,
  recordState,
  type Recorded,
} from "./recorded";
import { type Performed, type Place, type Program, type Step } from "./row";

/** The engines that are compared. */
export const engines = ["cli", "warm"] as const;
export type EngineName = (typeof engines)[number];

/** What all rows have in common. Plain data: it crosses a process border. */
export interface Suite {
  /** Folder with a state backend and work folders for each engine. */
  readonly dir: string;
  readonly kubeconfig: string;
  readonly warm: WarmAddress;
}

/** Name of every stack; each row has a project of its own. */
export const STACK = "main";

/** Passphrase of every stack. */
export const PASSPHRASE = "correct horse battery staple";

/** One engine's work on a row. */
export interface Work {
  readonly engine: EngineName;
  readonly command: PulumiCommand;
  /** The released CLI, for what is done around the runs. */
  readonly cli: PulumiCommand;
  /** Name of the row's project. */
  readonly project: string;
  /** Engine whose namespace it works in: another one where it goes on with that one's stack. */
  readonly places: EngineName;
}

/** What the Automation API takes for each kind of run. */
interface RunOptions {
  readonly onEvent: (event: EngineEvent) => void;
}

/** The state backend of an engine. */
export function stateDir(dir: string, engine: EngineName): string {
  return join(dir, engine, "state");
}

/** What is changed of a state file. */
interface StateFile {
  readonly checkpoint: {
    readonly latest: {
      readonly resources: readonly { readonly urn: string }[];
      pending_operations?: object[];
    };
  };
}

/** One stack in the hands of one engine, and its surroundings. */
export class Side {
  readonly place: Place;
  readonly cluster: NamespaceObjects;

  private constructor(
    private readonly suite: Suite,
    private readonly work: Work,
    /** Asks the engine everything. */
    readonly workspace: LocalWorkspace,
    /** Asks it for runs only. */
    readonly runs: LocalWorkspace,
  ) {
    const namespace = `${work.places}-${work.project}`;
    this.place = { namespace, kubeconfig: suite.kubeconfig };
    this.cluster = new NamespaceObjects(suite.kubeconfig, namespace);
  }

  static async create(suite: Suite, work: Work): Promise<Side> {
    const workspace = await createWorkspace(suite, work, work.command);
    return new Side(suite, work, workspace, await createWorkspace(suite, work, quickCommand(work.command)));
  }

  /** Another object for the same workspace. */
  unshared(): Promise<LocalWorkspace> {
    return createWorkspace(this.suite, this.work, this.work.command);
  }

  /** The same workspace with the released CLI. */
  tools(env: Readonly<Record<string, string>> = {}): Promise<LocalWorkspace> {
    return createWorkspace(this.suite, this.work, this.work.cli, env);
  }

  /** The row's stack, whether or not it exists. */
  async stack(): Promise<Stack> {
    return Stack.select(STACK, this.runs);
  }

  /** The inline program of this place. */
  program(program: Program): PulumiFn {
    return async () => ({ ...((await program(this.place)) as object | undefined) });
  }

  /** Path of a file or folder of the backend: `stacks`, `locks` and `history` have a folder for each project. */
  backend(...parts: readonly string[]): string {
    return join(stateDir(this.suite.dir, this.work.engine), ".pulumi", ...parts);
  }

  /** Folder in which the backend keeps the stacks of the project. */
  get stacksDir(): string {
    return this.backend("stacks", this.work.project);
  }

  get stateFile(): string {
    return join(this.stacksDir, `${STACK}.json`);
  }

  /** Folder in which the backend keeps the locks of the stack. */
  get lockDir(): string {
    return this.backend("locks", "organization", this.work.project, STACK);
  }

  get settingsFile(): string {
    return join(this.workspace.workDir, `Pulumi.${STACK}.yaml`);
  }

  /** Performs a step and looks at everything around it. */
  async record(step: Step): Promise<Recorded> {
    const performed = await step.perform(this).catch((error: unknown) => failed(error));
    const recorded = {
      ...performed,
      step: step.name,
      state: recordState(JSON.parse(textOf(this.stateFile) ?? "null")),
      settings: parse(textOf(this.settingsFile) ?? "null") as unknown,
      objects: await this.cluster.all(),
    };
    return this.normalised(recorded) as Recorded;
  }

  /** Does a run of the engine and gives all that came of it. */
  async run(
    work: (options: RunOptions) => Promise<{ readonly outputs?: OutputMap }>,
    { ordered = false } = {},
  ): Promise<Performed> {
    const events: EngineEvent[] = [];
    const performed = await work({ onEvent: (event) => events.push(event) }).then(
      ({ outputs }) => ({ outcome: changesOf(events), ...(outputs === undefined ? {} : { outputs }) }),
      (error: unknown) => failed(error),
    );
    return {
      ...performed,
      events: recordEvents(this.normalised(events) as EngineEvent[]),
      ...(ordered ? { order: recordOrder(events) } : {}),
    };
  }

  /** Changes the state behind the engine's back. */
  rewriteState(change: (state: StateFile) => void): void {
    const state = JSON.parse(readFileSync(this.stateFile, "utf8")) as StateFile;
    change(state);
    writeFileSync(this.stateFile, JSON.stringify(state));
  }

  private normalised(value: unknown): unknown {
    const own = new Map([
      [this.place.namespace, "<namespace>"],
      [join(this.suite.dir, this.work.engine), "<dir>"],
    ]);
    return normalise(value, own);
  }
}

function failed(thrown: unknown): Performed {
  const error = recordError(thrown);
  return { outcome: outcomeOf(error), error };
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

async function createWorkspace(
  suite: Suite,
  { engine, project }: Work,
  command: PulumiCommand,
  env: Readonly<Record<string, string>> = {},
): Promise<LocalWorkspace> {
  const workDir = join(suite.dir, engine, "work", project);
  mkdirSync(workDir, { recursive: true });
  return LocalWorkspace.create({
    workDir,
    projectSettings: { name: project, runtime: "nodejs", main: workDir },
    secretsProvider: "passphrase",
    pulumiCommand: command,
    envVars: {
      PULUMI_BACKEND_URL: pathToFileURL(stateDir(suite.dir, engine)).href,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      PULUMI_K8S_ENABLE_PATCH_FORCE: "false",
      ...env,
    },
  });
}
