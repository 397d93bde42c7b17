// Gathers what an object's status is made from: the object, what came of it, and the world around it now.
import {
  addressSource,
  isMetricsApi,
  policiesOf,
  publicUrl,
  type GatewaySettings,
  type PublicUrl,
} from "../components";
import { type ExposedApi } from "../spec";
import { type Overlap } from "../stack";
import { conditionsOf, findCondition } from "./conditions";
import { type Evaluation } from "./evaluate";
import { type ObjectEvent } from "./events";
import { type GatewayAddresses } from "./gatewayAddresses";
import { settingsUnknownProblem } from "./gatewayMessages";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { isServed, readApplied, type StackStatus } from "./ownStatus";
import { speaksOf, type Problem, type Reason } from "./reasons";
import { type LastRun } from "./runOutcomes";
import { type Implementation, type Observation } from "./observation";

/** What is looked up at the moment of a look. */
export interface Surroundings {
  /** Where clients reach each gateway now. */
  readonly addresses: GatewayAddresses;
  /** The settings of a gateway by its name; undefined where they are not known. */
  readonly settingsOf: (gateway: string) => GatewaySettings | undefined;
  /** Whether a Service, `namespace/name`, has a ready endpoint now. */
  readonly isReady: (service: string) => boolean;
  /** Whether a Service, `namespace/name`, exists now; undefined where that cannot be told. */
  readonly serviceExists: (service: string) => boolean | undefined;
  /** The numbers of the ports of a Service, `namespace/name`; none where it is not known. */
  readonly portsOf: (service: string) => readonly number[];
  /** Whether what was made to route an API is known to be gone. */
  readonly isRouteGone: (key: ObjectKey) => boolean;
  /** Where the paths of an API and those of others overlap. */
  readonly overlaps: (key: ObjectKey) => readonly Overlap[];
}

/** What a status is written for, beyond what the object itself says. */
export interface Outcome extends LastRun {
  readonly problem: Problem | undefined;
  /** Whether a run for what the object asks now is under way. */
  readonly isUnderWay?: boolean;
}

/** Everything the status of an object is made from, now. */
export function observe(
  key: ObjectKey,
  object: ApiObject,
  evaluation: Evaluation,
  outcome: Outcome,
  around: Surroundings,
): Observation {
  const { announcedBy, api, hash, settings, unmonitored } = evaluation;
  const { binding, problem, stack, uid } = outcome;
  const gateway = servingGateway(evaluation, outcome, around);
  // Until the gateway of the spec can be told, the one before has the policies.
  const exposure = settings?.keep ?? settings;
  return {
    problem,
    stack,
    uid,
    binding,
    gateway: exposure?.gateway.type ?? evaluation.gateway,
    isCurrent: isCurrent(evaluation, outcome),
    isRouteGone: problem !== undefined && hasIstioRoute(stack) && around.isRouteGone(key),
    api,
    previous: object.status ?? {},
    observedHash: hash,
    publicUrl: servedUrl(object, evaluation, outcome, gateway, around),
    addressProblem:
      gateway === undefined
        ? settingsUnknownProblem(stack.gateway, "its settings are not known")
        : around.addresses.problem(gateway),
    implementation: implementation(key, object, evaluation, outcome, around),
    monitoring: settings?.monitoring,
    unmonitored,
    announcedBy,
    policies:
      api === undefined || exposure === undefined
        ? []
        : policiesOf({ api, settings: exposure.gateway, context: exposure.context }),
    overlaps: around.overlaps(key),
    now: new Date().toISOString(),
  };
}

/** The Services, `namespace/name`, whose endpoints an object's status may speak of: the spec's and the served one. */
export function servicesOf(key: ObjectKey, object: ApiObject, { api }: Evaluation): readonly string[] {
  const names = [api?.implementation, readApplied(object.status).implementation];
  const { namespace } = splitKey(key);
  return [...new Set(names.filter((name) => name !== undefined))].map((name) => `${namespace}/${name}`);
}

/** Whether the status does not speak of a problem yet. */
export function isNews(object: ApiObject, problem: Problem): boolean {
  const reconciled = findCondition(object.status?.["conditions"], "Reconciled");
  return reconciled === undefined || !speaksOf(reconciled.message, problem);
}

/**
 * Reasons that are told in an Event too, when they come up: they stay until somebody acts. Not that of readiness,
 * which comes and goes with every Pod.
 */
const ANNOUNCED: readonly Reason[] = [
  "GatewayAddressUnknown",
  "Locked",
  "MonitoringConflict",
  "MonitoringNotSupported",
  "NotSupported",
  "NoWorkload",
  "PathOverlap",
  "PortMissing",
  "ServiceMissing",
];

/** The Events for what a status says and the one before did not. `Ready` repeats other conditions: told once. */
export function announcements(
  before: ApiObject["status"],
  after: ApiObject["status"],
): readonly ObjectEvent[] {
  const said = conditionsOf(before?.["conditions"]).map(({ message }) => message);
  const news = conditionsOf(after?.["conditions"]).filter(
    ({ status, reason, message }) =>
      status === "False" && ANNOUNCED.includes(reason) && !said.includes(message),
  );
  const events = news.map(({ reason, message }) => ({ type: "Warning", reason, message }) as const);
  return events.filter(
    ({ message }, index) => events.findIndex((event) => event.message === message) === index,
  );
}

/** Only behind Istio is a route an object of the cluster, named like its API. */
function hasIstioRoute({ gateway, hash }: StackStatus): boolean {
  return hash !== undefined && gateway === "istio";
}

/**
 * Whether callers get what the object asks for. A problem that came up after the last run does not change that, nor does
 * a run that failed for what is served already.
 */
function isCurrent(evaluation: Evaluation, { problem, stack, isUnderWay }: Outcome): boolean {
  if (isUnderWay === true || isUntold(stack)) return false;
  return problem === undefined || stack.hash === evaluation.hash;
}

/** Whether all that was applied is what a gateway needs in the cluster that was not told of it. */
function isUntold(stack: StackStatus): boolean {
  return stack.hash !== undefined && !isServed(stack);
}

/** The gateway that serves callers now, or is to; undefined where its settings are not known. */
function servingGateway(
  { settings }: Evaluation,
  { stack }: Outcome,
  around: Pick<Surroundings, "settingsOf">,
): GatewaySettings | undefined {
  const asked = settings?.keep?.gateway ?? settings?.gateway;
  const isAsked = asked?.type === stack.gateway || stack.hash === undefined;
  return asked !== undefined && isAsked ? asked : around.settingsOf(stack.gateway);
}

/**
 * The URL of what is served: of the spec, or while that cannot be applied of the one before. The address of the Istio
 * gateway is today's also then; that of another gateway is the one that was told, for it may be of other settings.
 */
function servedUrl(
  object: ApiObject,
  evaluation: Evaluation,
  outcome: Outcome,
  gateway: GatewaySettings | undefined,
  { addresses }: Pick<Surroundings, "addresses">,
): PublicUrl {
  const { path, hostname, ip, url } = readApplied(object.status);
  const before = path === undefined ? undefined : { path, ...(hostname === undefined ? {} : { hostname }) };
  const isNow = isCurrent(evaluation, outcome);
  const served = isNow ? evaluation.api : before;
  if (isUntold(outcome.stack)) return { unknown: "its gateway is not told of it yet" };
  if (served === undefined) return { unknown: "nothing is served yet" };
  const isFound = gateway !== undefined && (isNow || addressSource(gateway).from === "gateway");
  if (isFound) return publicUrl(served, gateway, addresses.of(gateway));
  return url === undefined
    ? { unknown: "nothing is known of its gateway" }
    : { url, ...(ip === undefined ? {} : { ip }) };
}

/** The Service behind what is served; behind what is asked for, where nothing was served yet. */
function implementation(
  key: ObjectKey,
  object: ApiObject,
  evaluation: Evaluation,
  outcome: Outcome,
  around: Surroundings,
): Implementation | undefined {
  const { api } = evaluation;
  const before = isCurrent(evaluation, outcome) ? undefined : readApplied(object.status);
  const name = before?.implementation ?? api?.implementation;
  if (name === undefined) return undefined;
  const service = `${splitKey(key).namespace}/${name}`;
  return {
    service,
    inSpec: name === api?.implementation,
    ready: around.isReady(service),
    exists: around.serviceExists(service),
    ...missingPort(
      object,
      api,
      before?.implementation === undefined ? api?.port : before.port,
      around.portsOf(service),
    ),
  };
}

/** Metrics are scraped from Pods, whatever ports the Service has. */
function missingPort(
  object: ApiObject,
  api: ExposedApi | undefined,
  port: number | undefined,
  ports: readonly number[],
): Pick<Implementation, "missingPort"> {
  if (port === undefined || ports.length === 0 || ports.includes(port)) return {};
  const isOfMetrics =
    api === undefined
      ? findCondition(object.status?.["conditions"], "Monitored") !== undefined
      : isMetricsApi(api);
  return isOfMetrics ? {} : { missingPort: { port, inSpec: port === api?.port, ports } };
}
