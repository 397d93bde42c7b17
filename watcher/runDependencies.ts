// What engine runs work with.
import { type OwnedObject } from "../components";
import { type ApiObjects } from "./apiObjects";
import { type DriftDetector } from "./drift/driftDetector";
import { type ApiDocuments } from "./evaluator";
import { type ForeignChanges } from "./foreignChanges";
import { type TurnEngine } from "./instrumentedEngine";
import { type ApiObject, type ObjectKey } from "./kube/objects";
import { type LeftOverEntities } from "./leftOvers";
import { type Logger } from "./logger";
import { type StackStatus } from "./ownStatus";
import { type PlatformStacks } from "./platformStacks";
import { type Retries } from "./retries";
import { type RouteClaims } from "./routeClaims";
import { type Servable } from "./runOutcomes";

/** What the runs work with. */
export interface RunDependencies {
  readonly objects: ApiObjects;
  /** Runs are bounded in number: what a run takes is looked at when its turn has come. */
  readonly engine: Pick<TurnEngine, "turn">;
  readonly claims: RouteClaims;
  readonly retries: Retries;
  readonly drift: DriftDetector;
  readonly platform: PlatformStacks;
  readonly foreign: ForeignChanges;
  readonly leftOvers: LeftOverEntities;
  /** Where the texts of documents are. */
  readonly documents: Pick<ApiDocuments, "text">;
  /** A kind of these objects that the cluster does not serve, as `Kind of group/version`; undefined where it does, or it cannot be told. */
  readonly unservedKind: (objects: readonly OwnedObject[]) => Promise<string | undefined>;
  /** Notes in the status of an object what its stack is when a run begins. */
  readonly begins: (
    key: ObjectKey,
    object: ApiObject,
    evaluation: Servable,
    stack: StackStatus,
  ) => Promise<void>;
  readonly log: Logger;
  /** Has other objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
  /** Aborted when the watcher begins to shut down: a run that fails from then on says nothing of the object. */
  readonly closing: AbortSignal;
  /** Aborted when runs under way must stop. */
  readonly stopping: AbortSignal;
}
