// Looks at an API object without acting: what it asks for, and what stands in the way.
import { createHash } from "node:crypto";
import {
  gatewayTypes,
  isGatewayType,
  isMetricsApi,
  monitoringTypes,
  readMonitoringType,
  routesOf,
  routeText,
  type ApiContext,
  type GatewaySettings,
  type MonitoringSettings,
  type MonitoringType,
  type Route,
} from "../components";
import { InvalidSpecError, parseExposedApi, type ExposedApi, type PlatformRules } from "../spec";
import { reconcileHash, type ApiSettings } from "../stack";
import { type ApiObject, type ApiResource, type ObjectKey } from "./kube/objects";
import { workloadsUnknownProblem } from "./monitoring/messages";
import {
  type MonitoringOutcome,
  type MonitoringProblem,
  type MonitoringWish,
} from "./monitoring/monitoringTargets";
import { readApplied, readStack } from "./ownStatus";
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
  /** Another API, which announces the metrics of this one along with its own. */
  readonly announcedBy?: ObjectKey;
  /** Set while what is needed to evaluate the object is about to be known: look again soon. */
  readonly notYet?: true;
}

/** How the metrics of an object are announced, where that takes more than its own spec. */
export type Announced =
  | MonitoringOutcome
  /** The workloads of its namespace are not known yet. */
  | "NotYet"
  /** The workloads of its namespace cannot be listed. */
  | "WorkloadsUnknown"
  | undefined;

/** What the platform team decided for every object. */
export interface PlatformSettings {
  readonly gateway: GatewaySettings;
  /** How metrics are announced, unless an object says otherwise. */
  readonly monitoring: MonitoringType;
  /** Defaults of policies, and those that no object decides. */
  readonly rules: PlatformRules;
}

/** What those around an API say of it, given its routes. */
export type ContextLookup = (api: ExposedApi, routes: readonly Route[]) => ApiContext | undefined;

/**
 * Evaluates an object under the settings of the platform.
 *
 * @param announce told what the object asks to be announced, says how it is; undefined is for an object without
 *   metrics, one that is being deleted, and one that cannot be served as it is
 */
export function evaluate(
  resource: ApiResource,
  object: ApiObject,
  platform: PlatformSettings,
  announce: (wish: MonitoringWish | undefined) => Announced = () => undefined,
  lookUp: ContextLookup = () => undefined,
): Evaluation {
  const { gateway, rules } = platform;
  let api: ExposedApi;
  try {
    api = parseExposedApi({ ...object, kind: resource.kind }, rules);
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    announce(undefined);
    const problem = invalidSpecProblem(error.message);
    return { api: undefined, settings: { gateway }, hash: digest(error.message), problem, routes: [] };
  }
  const problem = annotationProblem(api);
  const announced = announce(problem === undefined ? monitoringWishOf(object, api, platform) : undefined);
  const outcome = typeof announced === "object" ? announced : undefined;
  const routes = problem === undefined ? routesOf(api, gateway) : [];
  const settings = {
    gateway,
    ...monitoringOf(api, platform, outcome?.settings),
    ...contextOf(lookUp(api, routes)),
  };
  return {
    api,
    settings,
    hash: reconcileHash(api, settings),
    problem: announced === "WorkloadsUnknown" ? workloadsUnknownProblem(api.namespace) : problem,
    routes: routes.map(routeText),
    ...(outcome?.problem === undefined ? {} : { unmonitored: outcome.problem }),
    ...(outcome?.announcedBy === undefined ? {} : { announcedBy: outcome.announcedBy }),
    ...(announced === "NotYet" ? { notYet: true } : {}),
  };
}

function monitoringWishOf(
  { metadata }: ApiObject,
  api: ExposedApi,
  platform: PlatformSettings,
): MonitoringWish | undefined {
  const type = monitoringTypeOf(api, platform);
  if (type === undefined || metadata?.deletionTimestamp !== undefined) return undefined;
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

function contextOf(context: ApiContext | undefined): Pick<ApiSettings, "context"> {
  return context === undefined ? {} : { context };
}

/** What an object says of its routes. One that is being deleted asks for none. */
export function claimOf({ metadata, status }: ApiObject, { api, routes }: Evaluation): Claim {
  const { hostname: servedHost } = readApplied(status);
  const hostname = api === undefined ? servedHost : api.hostname;
  return {
    wanted: metadata?.deletionTimestamp === undefined ? routes : [],
    served: readStack(status)?.routes ?? [],
    since: sinceOf(metadata),
    ...(hostname === undefined ? {} : { hostname }),
    ...(servedHost === undefined ? {} : { servedHost }),
  };
}

function annotationProblem(api: ExposedApi): Problem | undefined {
  if (api.gateway !== undefined && !isGatewayType(api.gateway)) {
    return unknownGatewayProblem(api.gateway, gatewayTypes);
  }
  if (isMetricsApi(api) && api.monitoring !== undefined && readMonitoringType(api.monitoring) === undefined) {
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
