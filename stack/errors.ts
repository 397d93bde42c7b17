// Errors of a stack run. The class decides what happens next; the reason and the message are for people.
import { type RunOutputs } from "./program";

/** Why a run failed, when trying again may help. Stable text: used in conditions, Events and metrics. */
export const transientReasons = [
  "ApiServerUnavailable",
  "BackendUnavailable",
  "CrdMissing",
  "DeadlineExceeded",
  "EngineMissing",
  "EngineStopped",
  "FieldConflict",
  "Forbidden",
  "GatewayConflict",
  "GatewayRejected",
  "GatewayUnauthorized",
  "GatewayUnavailable",
  "NamespaceMissing",
  "Rejected",
  "Unauthorized",
  "WorkloadMissing",
  "WrongPassphrase",
] as const;

export type TransientReason = (typeof transientReasons)[number];

/** The run may succeed later without a change of the object: tried again with growing delays, without limit. */
export class TransientError extends Error {
  override readonly name = "TransientError";

  /** @param outputs see {@link outputsOf} */
  constructor(
    readonly reason: TransientReason,
    message: string,
    readonly outputs?: RunOutputs,
  ) {
    super(message);
  }
}

/** Who holds a stack's lock, as the state backend tells it. */
export interface LockHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** RFC 3339 time, or empty where the backend does not say. */
  readonly since: string;
}

/** Another update holds the stack's lock, and it is not one this installation left behind. */
export class StackLockedError extends Error {
  override readonly name = "StackLockedError";
  constructor(readonly holders: readonly LockHolder[]) {
    const who = holders.map((h) => `${h.user}@${h.host} (pid ${h.pid}) since ${h.since}`).join(", ");
    super(`the stack is locked by ${who === "" ? "another update" : who}`);
  }
}

/** The run failed in a way nobody foresaw: a bug of ours or of the engine. Logged, counted, and tried again. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  /** @param outputs see {@link outputsOf} */
  constructor(
    message: string,
    readonly outputs?: RunOutputs,
  ) {
    super(message);
  }
}

/**
 * Outputs of a run that failed in nothing but to delete what is not declared any more: what is declared is there.
 * Undefined for every other failure.
 */
export function outputsOf(error: unknown): RunOutputs | undefined {
  return error instanceof TransientError || error instanceof EngineError ? error.outputs : undefined;
}
