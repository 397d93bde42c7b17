// Stack runs by the Automation API, whatever engine takes its commands: one command for each run of an existing stack.
import "./ownConnections";
import "./quietLog";
import { Stack, type EngineEvent, type LocalWorkspace } from "@pulumi/pulumi/automation";
import { runOf, type RunJournal } from "../cli/journal";
import { failedToDelete, PatchedObjectMissing, StackExists, StackMissing } from "../classify";
import { type Engine, type PreviewStep, type StackRun, type StackTarget, type UpOptions } from "../engine";
import { EngineError, StackLockedError, TransientError } from "../errors";
import { type StackKind } from "../names";
import { programOf, type RunOutputs } from "../program";
import { type EngineCommand } from "./answered";
import { createWorkspaces, type InstallationSettings, type Workspaces } from "./workspaces";

/** Settings of {@link AutomationEngine}. */
export interface AutomationEngineOptions extends InstallationSettings {
  /** Takes the engine's commands. It journals those that lock a stack, and throws the errors of `stack/errors.ts`. */
  readonly command: EngineCommand;
  readonly journal: RunJournal;
}

/** Runs of stacks in the engine behind a command, with programs in this process. */
export class AutomationEngine implements Pick<Engine, "up" | "preview" | "refresh" | "destroy"> {
  private readonly projects = new Map<StackKind, Workspaces>();

  constructor(private readonly options: AutomationEngineOptions) {}

  async up(run: StackRun, { refresh = false, force = false }: UpOptions = {}): Promise<RunOutputs> {
    const program = programOf(run.input);
    const work = (stack: Stack): Promise<void> =>
      refreshingWhereNeeded(refresh, (options) =>
        stack.up({ program: program.run, ...options, ...stopping(run) }),
      );
    try {
      await this.onExistingStack(run, work, force);
    } catch (error) {
      throw withOutputs(error, program.outputs());
    }
    const outputs = program.outputs();
    if (outputs === undefined) throw new EngineError("the run succeeded without giving outputs");
    return outputs;
  }

  async preview(run: StackRun): Promise<readonly PreviewStep[]> {
    const steps: PreviewStep[] = [];
    await this.onExistingStack(run, async (stack) => {
      steps.length = 0;
      await stack.preview({
        program: programOf(run.input).run,
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
        const stack = await Stack.select(target.stack, (await this.workspaces(target.kind)).usual);
        await refreshingWhereNeeded(false, (options) =>
          stack.destroy({ remove: true, ...options, ...stopping(target) }),
        );
      });
    } catch (error) {
      if (!(error instanceof StackMissing)) throw error;
    }
  }

  /** Works on a stack that exists, creating it first where it does not. */
  private async onExistingStack(
    run: StackRun,
    work: (stack: Stack) => Promise<void>,
    force = false,
  ): Promise<void> {
    const { usual, forcing } = await this.workspaces(run.kind);
    const workspace = force ? forcing : usual;
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
      if (!(error instanceof StackLockedError)) throw error;
      const { usual } = await this.workspaces(target.kind);
      if (!this.isAbandoned(runOf(usual.workDir, target.stack), error)) throw error;
      await this.cancel(target, usual).catch((failure: unknown) => {
        // The CLI releases no lock of a stack that is gone, and creates no stack that has one.
        throw failure instanceof StackMissing ? error : failure;
      });
      await work();
    }
  }

  /** Releases every lock of a stack. */
  private async cancel({ stack }: StackTarget, { workDir, envVars }: LocalWorkspace): Promise<void> {
    await this.options.command.run(["cancel", "--yes", "--stack", stack], workDir, envVars);
  }

  private isAbandoned(run: string, { holders }: StackLockedError): boolean {
    return holders.length > 0 && holders.every((holder) => this.options.journal.isAbandoned(run, holder));
  }

  private async workspaces(kind: StackKind): Promise<Workspaces> {
    const known = this.projects.get(kind);
    if (known !== undefined) return known;
    const created = await createWorkspaces(kind, this.options.command, this.options);
    this.projects.set(kind, created);
    return created;
  }
}

/** Where nothing but deletions failed, which come last, the error says what there is. */
function withOutputs(error: unknown, outputs: RunOutputs | undefined): unknown {
  if (outputs === undefined || !(error instanceof Error) || !failedToDelete(error)) return error;
  if (error instanceof TransientError) return new TransientError(error.reason, error.message, outputs);
  return error instanceof EngineError ? new EngineError(error.message, outputs) : error;
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
