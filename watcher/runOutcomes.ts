// What is known of the runs of an object's stack, and what one of them may come to.
import { type GatewayBinding } from "../components";
import { type ExposedApi } from "../spec";
import { type ApiSettings, type RunOutputs } from "../stack";
import { type Evaluation } from "./evaluate";
import { type ForeignChange } from "./gatewayMessages";
import { type PlacedEtags, type StackStatus } from "./ownStatus";
import { type Problem } from "./reasons";

/** What became of an object's stack. */
export interface LastRun {
  readonly stack: StackStatus;
  /** Id of the resource that stands for the API, once there is one. */
  readonly uid: string | undefined;
  /** What the gateway said, until a status says it. */
  readonly binding?: GatewayBinding | undefined;
}

/** A valid object, behind a gateway that is known. */
export type Servable = Evaluation & { readonly api: ExposedApi; readonly settings: ApiSettings };

/** A run that failed, and milliseconds until it is worth another try. */
export interface Failed {
  readonly result: "failed";
  readonly problem: Problem;
  readonly retryAfter: number;
}

/** A run that was cut short by the end of the watcher: the next process finds the object as it was. */
export interface Interrupted {
  readonly result: "interrupted";
}

/** A run that was not begun: what it needs at the gateway is not there, or is to be left; the object is looked at again. */
export interface Waiting {
  readonly result: "waiting";
  readonly problem: Problem;
}

/** What a run gave. */
export interface SucceededRun {
  readonly outputs: RunOutputs;
  readonly etags?: PlacedEtags;
  /** Where something may be left that an earlier run has made, see {@link StackStatus.told}. */
  readonly told: readonly string[];
  readonly overwritten?: ForeignChange;
}

/** Why a run failed. */
export interface FailedRun {
  readonly problem: Problem;
  readonly error: unknown;
  /** What the status is to say of gateways outside the cluster. */
  readonly note: Pick<StackStatus, "etags" | "told">;
  /** Whether the engine was asked. */
  readonly begun: boolean;
}

/** What a run gave, or why it failed, or was not begun. */
export type RunEnd = SucceededRun | FailedRun | { readonly lacking: Problem };

export type UpOutcome =
  | { readonly result: "succeeded"; readonly last: LastRun; readonly overwritten?: ForeignChange }
  | (Failed & { readonly last: LastRun })
  | Waiting
  | Interrupted;

export type DestroyOutcome = { readonly result: "succeeded" } | Failed | Interrupted;
