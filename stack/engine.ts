// The engine seam: one stack run, however the Pulumi engine is hosted.
import { type StackKind } from "./names";
import { type ProgramInput, type RunOutputs } from "./program";

/** How the Pulumi engine is hosted: a process of the CLI for each run, or one process that stays. */
export type EngineName = "cli" | "warm";

/**
 * Which engine to use; `auto` takes the warm one where it is installed and can keep the state, and lets the CLI stand in
 * while that crashes again and again.
 */
export type EngineChoice = "auto" | EngineName;

/** What happened to a process that serves many runs. For logs and metrics. */
export interface EngineProcessEvent {
  /** `engine`: the warm engine. `worker`: a process that runs programs. */
  readonly process: "engine" | "worker";
  /**
   * `started`, `crashed` and `recycled` speak for themselves; `stuck` is one that did not stop when asked to and is
   * replaced; `fellBack`: the CLI stands in for the warm engine from now on; `cameBack`: it does not any more.
   */
  readonly event: "started" | "crashed" | "recycled" | "stuck" | "fellBack" | "cameBack";
  readonly pid?: number;
  /** Why, in words for people. */
  readonly detail?: string;
}

/** Which stack to work on. */
export interface StackTarget {
  readonly kind: StackKind;
  /** See `stackName` and `platformStackName`. */
  readonly stack: string;
  /** Aborting asks the engine to stop after the step it is at and to save its state. */
  readonly signal?: AbortSignal;
}

/** One run of a stack's program. */
export interface StackRun extends StackTarget {
  readonly input: ProgramInput;
  /** Whether the stack is believed to exist. A wrong guess costs time, never correctness. */
  readonly known: boolean;
}

/** How to bring a stack's resources about. */
export interface UpOptions {
  /** Read the live resources first, and put back what others changed or deleted. */
  readonly refresh?: boolean;
  /** Take fields that another field manager holds, in place of {@link TransientError} with reason `FieldConflict`. */
  readonly force?: boolean;
}

/** One step of a preview. */
export interface PreviewStep {
  /** Pulumi's name of the operation: create, update, delete, replace, same … */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** Property paths that change. */
  readonly diffs: readonly string[];
}

/**
 * Runs stacks. Every method may throw one of the errors of `stack/errors.ts` and nothing else.
 * Runs of different stacks may overlap; the caller never overlaps two runs of one stack.
 */
export interface Engine {
  /** Short name, for logs and metrics: an {@link EngineName} in what is shipped. */
  readonly name: string;
  /** Creates or updates the stack's resources; creates the stack where it is new. */
  up(run: StackRun, options?: UpOptions): Promise<RunOutputs>;
  /** What `up` would do, step by step. Changes nothing but an empty stack where it is new. */
  preview(run: StackRun): Promise<readonly PreviewStep[]>;
  /** Reads the live resources into the stack's state. */
  refresh(run: StackRun): Promise<void>;
  /** Deletes the resources and the stack. A stack that does not exist is success. */
  destroy(target: StackTarget): Promise<void>;
  /** Cleans up after runs that an earlier process left behind. Call once, before the first run. */
  recover(): Promise<void>;
  /** What is not as it was asked for, in words for people; undefined when all is well. */
  condition(): string | undefined;
  /** Ends the processes that it has started. Runs under way are cut off. */
  close(): Promise<void>;
}
