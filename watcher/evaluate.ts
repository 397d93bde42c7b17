// Looks at an API object without acting: what it asks for, and what stands in the way.
import { createHash } from "node:crypto";
import {
  gatewayTypes,
  isGatewayType,
  isMetricsApi,
  monitoringTypes,
  readMonitoringType,
  routesOf,
  type GatewaySettings,
  type MonitoringSettings,
  type MonitoringType,
} from "../components";
import { InvalidSpecError, parseExposedApi, type ExposedApi } from "../spec";
import { reconcileHash, type ApiSettings } from "../stack";
import { type ApiObject, type ApiResource } from "./kube/objects";
import {
  type MonitoringOutcome,
  type MonitoringProblem,
  type MonitoringWish,
} from "./monitoring/monitoringTargets";
import { readStack } from "./ownStatus";
import { invalidSpecProblem, unknownGatewayProblem, unknownMonitoringProblem, type Problem } from "./reasons";
import { type Claim } from "./routeClaims";

/** What an object asks for. */
export interface Evaluation {
  /** The API, or undefined while its spec is invalid. */
  readonly api: ExposedApi | undefined;
  readonly settings: ApiSettings;
  /** Reconcile hash; a digest of the errors while the spec is invalid. */
  readonly hash: string;
  /** Why the object cannot be served as it is, whatever other objects say. */
  readonly problem: Problem | undefined;
  /** Routes the object asks for. */
  readonly routes: readonly string[];
  /** Why its metrics are not announced as it asks. */
  readonly unmonitored?: MonitoringProblem;
}

/** What the platform team decided for every object. */
export interface PlatformSettings {
  readonly gateway: GatewaySettings;
  /** How metrics are announced, unless an object says otherwise. */
  readonly monitoring: MonitoringType;
}

/**
 * Evaluates an object under the settings of the platform.
 *
 * @param announced how the metrics of this object are announced, where that takes more than its own spec
 */
export function evaluate(
  resource: ApiResource,
  object: ApiObject,
  platform: PlatformSettings,
  announced?: MonitoringOutcome,
): Evaluation {
  const { gateway } = platform;
  try {
    const api = parseExposedApi({ ...object, kind: resource.kind });
    const settings = { gateway, ...monitoringOf(api, platform, announced?.settings) };
    const problem = annotationProblem(api);
    return {
      api,
      settings,
      hash: reconcileHash(api, settings),
      problem,
      routes: problem === undefined ? routesOf(api, gateway) : [],
      ...(announced?.problem === undefined ? {} : { unmonitored: announced.problem }),
    };
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    const problem = invalidSpecProblem(error.message);
    return { api: undefined, settings: { gateway }, hash: digest(error.message), problem, routes: [] };
  }
}

/** What an object asks to be announced; undefined for one without metrics, and one that is not to be served. */
export function monitoringWishOf(
  { metadata }: ApiObject,
  { api, problem }: Evaluation,
  platform: PlatformSettings,
): MonitoringWish | undefined {
  if (metadata?.deletionTimestamp !== undefined || api === undefined || problem !== undefined) {
    return undefined;
  }
  const type = monitoringTypeOf(api, platform);
  if (type === undefined) return undefined;
  const { namespace, implementation: service, port, path, basicAuth } = api;
  return { type, namespace, service, port, path, basicAuth, since: sinceOf(metadata) };
}

/** The variant of monitoring an API is to have; undefined where it has none, being of no metrics type. */
function monitoringTypeOf(api: ExposedApi, platform: PlatformSettings): MonitoringType | undefined {
  if (!isMetricsApi(api)) return undefined;
  return api.monitoring === undefined ? platform.monitoring : readMonitoringType(api.monitoring);
}

function monitoringOf(
  api: ExposedApi,
  platform: PlatformSettings,
  announced: MonitoringSettings | undefined,
): Pick<ApiSettings, "monitoring"> {
  const type = monitoringTypeOf(api, platform);
  if (type === undefined) return {};
  if (announced?.type === type) return { monitoring: announced };
  return { monitoring: type === "ServiceMonitor" ? { type } : { type, workloads: [] } };
}

/** What an object says of its routes. One that is being deleted asks for none. */
export function claimOf({ metadata, status }: ApiObject, { routes }: Evaluation): Claim {
  return {
    wanted: metadata?.deletionTimestamp === undefined ? routes : [],
    served: readStack(status)?.routes ?? [],
    since: sinceOf(metadata),
  };
}

function annotationProblem(api: ExposedApi): Problem | undefined {
  if (api.gateway !== undefined && !isGatewayType(api.gateway)) {
    return unknownGatewayProblem(api.gateway, gatewayTypes);
  }
  if (api.monitoring !== undefined && readMonitoringType(api.monitoring) === undefined) {
    return unknownMonitoringProblem(api.monitoring, monitoringTypes);
  }
  return undefined;
}

function sinceOf(metadata: ApiObject["metadata"]): string {
  return String(metadata?.creationTimestamp ?? "");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
