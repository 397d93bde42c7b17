// What is said of engine runs that failed, or were not begun.
import { DocumentError, outputsOf, StackLockedError, TransientError } from "../stack";
import { message, problem, remedyOf, type Problem, type Reason, type TroubleReason } from "./reasons";
import { closerRemedies, remedies } from "./remedies";

/** What a run would fail with, after a minute of tries, for the cluster does not serve a kind. */
export function unservedKindError(kind: string): TransientError {
  return new TransientError("CrdMissing", `the cluster does not serve ${kind}`);
}

/** The problem behind a failed engine run. */
export function runProblem(error: unknown): Problem {
  const { reason, text, remedy } = runFailure(error);
  return { reason, message: message(text, remedy) };
}

/** The problem behind a failed run for what all APIs share at the gateway. */
export function platformProblem(error: unknown): Problem {
  const { reason, text, remedy } = runFailure(error);
  return { reason, message: message(`what all APIs share at the gateway: ${text}`, remedy) };
}

/** The problem of an API that needs what all share at the gateway, where there is no namespace for that. */
export function gatewayNamespaceProblem(namespace: string): Problem {
  return problem(
    "NamespaceMissing",
    `what all APIs share at the gateway: namespace ${namespace} does not exist, or is not the gateway's (gateway.namespace of ODA_PLATFORM)`,
  );
}

/** The problem of an object whose resources could not be removed: the condition's, and the Event `RemovalFailed`. */
export function removalProblem(stack: string, error: unknown): Problem {
  const { reason, text, remedy } = runFailure(error);
  const what = `cannot remove the resources of stack ${stack}: ${text}`;
  return { reason, message: message(what, remedy, remedies.RemovalFailed) };
}

interface RunFailure {
  readonly reason: Reason & TroubleReason;
  readonly text: string;
  /** What to do about it. */
  readonly remedy: string;
}

function runFailure(error: unknown): RunFailure {
  const { reason, text } = failure(error);
  const closer = closerRemedies.find(({ of, said }) => of === reason && said.test(text));
  const remedy = closer?.remedy ?? remedyOf[reason];
  const isDeletion = outputsOf(error) !== undefined;
  return { reason, remedy, text: isDeletion ? `${NOT_DELETED}: ${text}` : text };
}

const NOT_DELETED = "all that is asked for is there; what is not any more cannot be deleted yet";

function failure(error: unknown): Omit<RunFailure, "remedy"> {
  if (error instanceof TransientError) return { reason: error.reason, text: error.message };
  if (error instanceof DocumentError) return { reason: error.reason, text: error.message };
  if (error instanceof StackLockedError) return { reason: "StackLocked", text: error.message };
  return { reason: "EngineError", text: error instanceof Error ? error.message : String(error) };
}
