// The engine seam: one stack run, however the Pulumi engine is hosted.
import { type ResourceKind } from "../spec";
import { type ApiOutputs, type ProgramInput } from "./program";

/** Which stack to work on. */
export interface StackTarget {
  readonly kind: ResourceKind;
  /** See `stackName`. */
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
  /** Short name, for logs and metrics. */
  readonly name: string;
  /** Creates or updates the stack's resources; creates the stack where it is new. */
  up(run: StackRun, options?: UpOptions): Promise<ApiOutputs>;
  /** What `up` would do, step by step. Changes nothing but an empty stack where it is new. */
  preview(run: StackRun): Promise<readonly PreviewStep[]>;
  /** Reads the live resources into the stack's state. */
  refresh(run: StackRun): Promise<void>;
  /** Deletes the resources and the stack. A stack that does not exist is success. */
  destroy(target: StackTarget): Promise<void>;
  /** Cleans up after runs that an earlier process left behind. Call once, before the first run. */
  recover(): Promise<void>;
}
