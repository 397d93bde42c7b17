// What the status of an API is made from.
import {
  type GatewayBinding,
  type MonitoringSettings,
  type PolicyOutcome,
  type PublicUrl,
} from "../components";
import { type ExposedApi } from "../spec";
import { type Overlap } from "../stack";
import { type ObjectKey } from "./kube/objects";
import { type MonitoringProblem } from "./monitoring/monitoringTargets";
import { type StackStatus } from "./ownStatus";
import { type MissingPort } from "./serviceMessages";
import { type Problem } from "./reasons";

/** The Service behind an API, as it is now. */
export interface Implementation {
  /** `namespace/name`. */
  readonly service: string;
  /** Whether the spec names it, not only the spec that was applied last. */
  readonly inSpec: boolean;
  /** Whether it has a ready endpoint. */
  readonly ready: boolean;
  /** Whether there is such a Service; undefined where that cannot be told. */
  readonly exists: boolean | undefined;
  /** The port that callers would be sent to, where it is known not to be there. */
  readonly missingPort?: MissingPort;
}

/** Everything a status is made from. */
export interface Observation {
  /** Status as read. */
  readonly previous: Readonly<Record<string, unknown>>;
  /** The API, or undefined while its spec is invalid. */
  readonly api: ExposedApi | undefined;
  /** Hash of what was looked at. */
  readonly observedHash: string;
  /** Whether callers get what the spec says: the last run that succeeded was for just this. */
  readonly isCurrent: boolean;
  /** Whether what was made to route the API is known to be gone. */
  readonly isRouteGone: boolean;
  /** What keeps the resources from being what the spec says. */
  readonly problem: Problem | undefined;
  readonly stack: StackStatus;
  /** What the gateway said in the run that has just ended; undefined where there was none, or it said nothing. */
  readonly binding: GatewayBinding | undefined;
  /** Id of the resource that stands for the API, once there is one. */
  readonly uid: string | undefined;
  /** Where clients find what is served, which while there is a problem is the spec that was applied last. */
  readonly publicUrl: PublicUrl;
  /** Why the URL is not known, where that is for the address of the gateway. */
  readonly addressProblem: Problem;
  /** The gateway that the policies are told of. */
  readonly gateway: string;
  /** Behind what is served; undefined where no Service was ever named. */
  readonly implementation: Implementation | undefined;
  readonly policies: readonly PolicyOutcome[];
  /** Where its paths and those of others overlap. */
  readonly overlaps: readonly Overlap[];
  /** How the metrics of a metrics API are announced. */
  readonly monitoring: MonitoringSettings | undefined;
  /** Why they are not announced as the API asks. */
  readonly unmonitored: MonitoringProblem | undefined;
  /** Another API, which announces them along with its own. */
  readonly announcedBy: ObjectKey | undefined;
  /** RFC 3339 time. */
  readonly now: string;
}
