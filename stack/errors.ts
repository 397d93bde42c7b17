// Errors of a stack run. The class decides what happens next; the reason and the message are for people.

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
  constructor(
    readonly reason: TransientReason,
    message: string,
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
}
