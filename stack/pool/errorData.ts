// Errors of a run as plain data, so that they keep their class between processes.
import { EngineGone, StuckRun } from "../address";
import {
  EngineError,
  outputsOf,
  StackLockedError,
  TransientError,
  type LockHolder,
  type TransientReason,
} from "../errors";
import { type RunOutputs } from "../program";

/** An error of a run. What has no class of ours is an `EngineError` on the other side. */
export type ErrorData = {
  readonly message: string;
  readonly stack: string | undefined;
  /** See {@link outputsOf}. */
  readonly outputs: RunOutputs | undefined;
} & (
  | { readonly type: "transient"; readonly reason: TransientReason }
  | { readonly type: "stuck" | "gone" | "engine" }
  | { readonly type: "locked"; readonly holders: readonly LockHolder[] }
);

/** The data of anything thrown. */
export function errorData(error: unknown): ErrorData {
  const thrown = error instanceof Error ? error : new Error(String(error));
  const said = { message: thrown.message, stack: thrown.stack, outputs: outputsOf(thrown) };
  if (thrown instanceof StuckRun) return { ...said, type: "stuck" };
  if (thrown instanceof TransientError) return { ...said, type: "transient", reason: thrown.reason };
  if (thrown instanceof StackLockedError) return { ...said, type: "locked", holders: thrown.holders };
  return { ...said, type: thrown instanceof EngineGone ? "gone" : "engine" };
}

/** The error of such data: of the same class, and with the stack of where it was thrown. */
export function errorOf(data: ErrorData): Error {
  const error = withoutStack(data);
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}

function withoutStack(data: ErrorData): Error {
  switch (data.type) {
    case "transient":
      return new TransientError(data.reason, data.message, data.outputs);
    case "stuck":
      return new StuckRun(data.message);
    case "gone":
      return new EngineGone(data.message);
    case "locked":
      return new StackLockedError(data.holders);
    case "engine":
      return new EngineError(data.message, data.outputs);
  }
}
