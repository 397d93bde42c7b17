// The engine as the Pulumi CLI, driven by the Automation API: one process for each run of an existing stack.
import { join } from "node:path";
import { PulumiCommand, Stack, type EngineEvent, type LocalWorkspace } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";
import { type ResourceKind } from "../../spec";
import { type BackendSettings } from "../backend";
import { PatchedObjectMissing, StackExists, StackMissing } from "../classify";
import { type Engine, type PreviewStep, type StackRun, type StackTarget, type UpOptions } from "../engine";
import { EngineError, StackLockedError } from "../errors";
import { apiProgram, type ApiOutputs } from "../program";
import { CliCommand, runOf } from "./command";
import { RunJournal } from "./journal";
import { createWorkspaces, type Workspaces } from "./workspaces";

/** Settings of {@link CliEngine}. */
export interface CliEngineOptions {
  /** Folder of this installation: work files, the journal of runs, and by default the state. */
  readonly stateDir: string;
  readonly backend: BackendSettings;
  /** Milliseconds a run may take before it is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking a run to stop and killing it. */
  readonly grace: number;
  /** Called for every CLI process, with the operation. */
  readonly onProcess?: (operation: string) => void;
}

/** Runs each stack in a Pulumi CLI process of its own. */
export class CliEngine implements Engine {
  readonly name = "cli";

  private constructor(
    private readonly projects: ReadonlyMap<ResourceKind, Workspaces>,
    private readonly command: CliCommand,
    private readonly journal: RunJournal,
  ) {}

  /**
   * @throws Error when no Pulumi CLI is on PATH or its version does not fit the SDK.
   */
  static async create(options: CliEngineOptions): Promise<CliEngine> {
    const { command, version } = await PulumiCommand.get().catch((error: unknown) => {
      throw new Error(`no Pulumi CLI on PATH that fits: ${(error as Error).message.trim()}`);
    });
    const journal = new RunJournal(join(options.stateDir, "runs"), options.deadline + options.grace);
    const cli = new CliCommand({
      command,
      version: version ?? new SemVer("3.0.0"),
      journal,
      deadline: options.deadline,
      grace: options.grace,
      onProcess: options.onProcess ?? (() => undefined),
    });
    const kinds: readonly ResourceKind[] = ["ExposedAPI", "API"];
    const projects = await Promise.all(
      kinds.map(async (kind) => [kind, await createWorkspaces(kind, cli, options)] as const),
    );
    return new CliEngine(new Map(projects), cli, journal);
  }

  async up(run: StackRun, { refresh = false, force = false }: UpOptions = {}): Promise<ApiOutputs> {
    const program = apiProgram(run.input);
    const { usual, forcing } = this.workspaces(run.kind);
    const work = (stack: Stack): Promise<void> =>
      refreshingWhereNeeded(refresh, (options) =>
        stack.up({ program: program.run, ...options, ...stopping(run) }),
      );
    await this.onExistingStack(run, work, force ? forcing : usual);
    const outputs = program.outputs();
    if (outputs === undefined) throw new EngineError("the run succeeded without giving outputs");
    return outputs;
  }

  async preview(run: StackRun): Promise<readonly PreviewStep[]> {
    const steps: PreviewStep[] = [];
    await this.onExistingStack(run, async (stack) => {
      steps.length = 0;
      await stack.preview({
        program: apiProgram(run.input).run,
        onEvent: (event) => steps.push(...previewSteps(event)),
        ...stopping(run),
      });
    });
    return steps;
  }

  async refresh(run: StackRun): Promise<void> {
    await this.onExistingStack(run, async (stack) => {
      await stack.refresh({ ...stopping(run) });
    });
  }

  async destroy(target: StackTarget): Promise<void> {
    try {
      await this.unlocking(target, async () => {
        const stack = await Stack.select(target.stack, this.workspaces(target.kind).usual);
        await refreshingWhereNeeded(false, (options) =>
          stack.destroy({ remove: true, ...options, ...stopping(target) }),
        );
      });
    } catch (error) {
      if (!(error instanceof StackMissing)) throw error;
    }
  }

  recover(): Promise<void> {
    this.journal.killOrphans();
    return Promise.resolve();
  }

  condition(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Works on a stack that exists, creating it first where it does not. */
  private async onExistingStack(
    run: StackRun,
    work: (stack: Stack) => Promise<void>,
    workspace: LocalWorkspace = this.workspaces(run.kind).usual,
  ): Promise<void> {
    await this.unlocking(run, async () => {
      if (!run.known) await create(run.stack, workspace);
      const stack = await Stack.select(run.stack, workspace);
      try {
        await work(stack);
      } catch (error) {
        if (!(error instanceof StackMissing)) throw error;
        await create(run.stack, workspace);
        await work(stack);
      }
    });
  }

  /** Does the work; where only runs that this installation left behind hold the lock, releases it and repeats. */
  private async unlocking(target: StackTarget, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StackLockedError) || !this.isAbandoned(target, error)) throw error;
      const { workDir, envVars, pulumiHome } = this.workspaces(target.kind).usual;
      const environment = { ...envVars, ...(pulumiHome === undefined ? {} : { PULUMI_HOME: pulumiHome }) };
      await this.command.run(["cancel", "--yes", "--stack", target.stack], workDir, environment);
      await work();
    }
  }

  private isAbandoned(target: StackTarget, { holders }: StackLockedError): boolean {
    const run = runOf(this.workspaces(target.kind).usual.workDir, target.stack);
    return holders.length > 0 && holders.every((holder) => this.journal.isAbandoned(run, holder));
  }

  private workspaces(kind: ResourceKind): Workspaces {
    const workspaces = this.projects.get(kind);
    if (workspaces === undefined) throw new EngineError(`no workspace for kind ${kind}`);
    return workspaces;
  }
}

async function create(stack: string, workspace: LocalWorkspace): Promise<void> {
  try {
    await workspace.createStack(stack);
  } catch (error) {
    if (!(error instanceof StackExists)) throw error;
  }
}

/** Repeats a run with a refresh where only that makes the engine forget what is gone. */
async function refreshingWhereNeeded(
  refresh: boolean,
  work: (options: { readonly refresh?: true }) => Promise<unknown>,
): Promise<void> {
  try {
    await work(refresh ? { refresh } : {});
  } catch (error) {
    if (refresh || !(error instanceof PatchedObjectMissing)) throw error;
    await work({ refresh: true });
  }
}

function stopping({ signal }: StackTarget): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function previewSteps({ resourcePreEvent }: EngineEvent): PreviewStep[] {
  if (resourcePreEvent === undefined) return [];
  const { op, urn, type, diffs } = resourcePreEvent.metadata;
  return [{ op, urn, type, diffs: diffs ?? [] }];
}
