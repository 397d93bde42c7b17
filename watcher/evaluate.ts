// Looks at an API object without acting: what it asks for, and what stands in the way.
import { createHash } from "node:crypto";
import {
  gatewayTypes,
  isGatewayType,
  isMetricsApi,
  monitoringTypes,
  readMonitoringType,
  routeText,
  specErrors,
  unversionedPath,
  type GatewaySettings,
  type MonitoringSettings,
  type MonitoringType,
  type Route,
} from "../components";
import {
  GATEWAY_ANNOTATION,
  InvalidSpecError,
  parseExposedApi,
  type ExposedApi,
  type PlatformRules,
} from "../spec";
import { reconcileHash, type ApiSettings } from "../stack";
import { exposureOf, type AroundLookup, type Awaits } from "./exposure";
import { type GatewayCatalog, type GatewayType } from "./gatewayCatalog";
import { type ApiObject, type ApiResource, type ObjectKey } from "./kube/objects";
import { workloadsUnknownProblem } from "./monitoring/messages";
import {
  type MonitoringOutcome,
  type MonitoringProblem,
  type MonitoringWish,
} from "./monitoring/monitoringTargets";
import { readApplied, readStack } from "./ownStatus";
import { invalidSpecProblem, unknownGatewayProblem, unknownMonitoringProblem, type Problem } from "./reasons";
import { type Claim, type VersionSet } from "./routeClaims";

/** What an object asks for. */
export interface Evaluation {
  /** The API, or undefined while its spec is invalid. */
  readonly api: ExposedApi | undefined;
  /** The gateway it is to be exposed through; the default while nobody can tell. */
  readonly gateway: GatewayType;
  /** Undefined while the spec is invalid, or nothing is known of its gateway. */
  readonly settings: ApiSettings | undefined;
  /** Reconcile hash; a digest of what is wrong while there are no settings. */
  readonly hash: string;
  /** Why the object cannot be served as it is, whatever other objects say. */
  readonly problem: Problem | undefined;
  /** Routes the object asks for. */
  readonly routes: readonly string[];
  /** Set while something is not known that its gateway is to be told: the resources of the settings are those until then. */
  readonly awaits?: Awaits;
  /** Behind a gateway that knows of versions: which ones it is among. */
  readonly versionSet?: VersionSet;
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
  readonly gateways: Pick<GatewayCatalog, "default" | "settingsOf">;
  /** How metrics are announced, unless an object says otherwise. */
  readonly monitoring: MonitoringType;
  /** Defaults of policies, and those that no object decides. */
  readonly rules: PlatformRules;
}

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
  lookUp: AroundLookup = () => ({}),
): Evaluation {
  const { gateways, rules } = platform;
  let api: ExposedApi;
  try {
    api = parseExposedApi({ ...object, kind: resource.kind }, rules);
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    announce(undefined);
    return without(undefined, gateways.default, invalidSpecProblem(error.message), digest(error.message));
  }
  const wrong = annotationProblem(api);
  const announced = announce(wrong === undefined ? monitoringWishOf(object, api, platform) : undefined);
  const type = gatewayTypeOf(api.gateway, gateways.default);
  const gateway = gateways.settingsOf(type);
  if (gateway === "NotYet") return { ...without(api, type, wrong, digest(type)), notYet: true };
  if ("unavailable" in gateway) {
    const problem = wrong ?? gateway.unavailable;
    return without(api, type, problem, digest(problem.message));
  }
  const problem = wrong ?? specProblem(api, gateway);
  return { ...exposed(object, api, gateway, platform, { announced, problem, lookUp }), gateway: type };
}

/** The gateway that the annotation of an API names, where there is one of that name. */
export function gatewayTypeOf(annotation: string | undefined, usual: GatewayType): GatewayType {
  return annotation !== undefined && isGatewayType(annotation) ? annotation : usual;
}

/** Whether an object asks for a gateway, or is still served there. */
export function isBehind({ metadata, status }: ApiObject, type: GatewayType, usual: GatewayType): boolean {
  const annotation = metadata?.annotations?.[GATEWAY_ANNOTATION]?.trim();
  return gatewayTypeOf(annotation, usual) === type || readStack(status)?.gateway === type;
}

function without(
  api: ExposedApi | undefined,
  gateway: GatewayType,
  problem: Problem | undefined,
  hash: string,
): Evaluation {
  return { api, gateway, settings: undefined, hash, problem, routes: [] };
}

/** An API whose gateway is known. */
function exposed(
  object: ApiObject,
  api: ExposedApi,
  gateway: GatewaySettings,
  platform: PlatformSettings,
  { announced, problem, lookUp }: ExposedInput,
): Omit<Evaluation, "gateway"> {
  const { gateways } = platform;
  const { status } = object;
  const exposure = exposureOf({ api, gateway, status, gateways, lookUp });
  const outcome = typeof announced === "object" ? announced : undefined;
  const settings = { ...exposure.settings, ...monitoringOf(api, platform, outcome?.settings) };
  const own = problem ?? exposure.problem;
  const versionSet = versionSetOf(gateway, exposure.routes);
  return {
    api,
    settings,
    hash: reconcileHash(api, settings),
    problem: announced === "WorkloadsUnknown" ? workloadsUnknownProblem(api.namespace) : own,
    routes: problem === undefined ? [...new Set(exposure.routes.map(routeText))] : [],
    ...(exposure.awaits === undefined ? {} : { awaits: exposure.awaits }),
    ...(versionSet === undefined || problem !== undefined ? {} : { versionSet }),
    ...(outcome?.problem === undefined ? {} : { unmonitored: outcome.problem }),
    ...(outcome?.announcedBy === undefined ? {} : { announcedBy: outcome.announcedBy }),
    ...(announced === "NotYet" || exposure.notYet ? { notYet: true } : {}),
  };
}

interface ExposedInput {
  readonly announced: Announced;
  readonly problem: Problem | undefined;
  readonly lookUp: AroundLookup;
}

/** The rules of the gateway that an API breaks, as those of every spec. */
function specProblem(api: ExposedApi, gateway: GatewaySettings): Problem | undefined {
  const errors = specErrors(api, gateway);
  return errors.length === 0 ? undefined : invalidSpecProblem(new InvalidSpecError(errors).message);
}

/** In one API Management service the versions of an API share the path without its last segment. */
function versionSetOf(gateway: GatewaySettings, [route]: readonly Route[]): VersionSet | undefined {
  if (route === undefined || gateway.type !== "azure-apim") return undefined;
  const path = unversionedPath(route.path);
  return { id: routeText({ ...route, path: path ?? route.path }), isVersion: path !== undefined };
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

/**
 * What an object says of its routes. One that is being deleted asks for none. Only behind Istio does a host name of its own
 * come with a listener and a certificate that others may share.
 */
export function claimOf({ metadata, status }: ApiObject, evaluation: Evaluation): Claim {
  const { api, gateway, routes, versionSet } = evaluation;
  const stack = readStack(status);
  const isAtIstio = stack?.gateway === "istio" || (api !== undefined && gateway === "istio");
  const { hostname: applied } = readApplied(status);
  const servedHost = stack === undefined || stack.gateway === "istio" ? applied : undefined;
  const hostname = api === undefined ? servedHost : isAtIstio ? api.hostname : undefined;
  return {
    wanted: metadata?.deletionTimestamp === undefined ? routes : [],
    served: stack?.routes ?? [],
    since: sinceOf(metadata),
    ...(hostname === undefined ? {} : { hostname }),
    ...(versionSet === undefined ? {} : { versionSet }),
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
