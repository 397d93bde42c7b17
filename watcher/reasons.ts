// Every reason and message that a condition or an Event carries. Reasons are stable; messages are for people: what is
// wrong and where, then what to do about it (remedies.ts).
import { type MonitoringSettings } from "../components";
import { StackLockedError, TransientError, transientReasons } from "../stack";
import { type Change } from "./drift/change";
import { type MonitoringProblem } from "./monitoring/monitoringTargets";
import { recurringDriftRemedy, remedies } from "./remedies";
import { type RouteConflict } from "./routeClaims";

/** Reasons of conditions. `docs/conditions.md` says what to do about each. */
export const reasons = [
  ...transientReasons,
  "AllEnforced",
  "Applied",
  "Drifted",
  "EndpointsReady",
  "EngineError",
  "GatewayAddressUnknown",
  "InvalidSpec",
  "Monitored",
  "MonitoringConflict",
  "MonitoringNotSupported",
  "NoReadyEndpoint",
  "NoWorkload",
  "NotSupported",
  "RouteConflict",
  "ServiceMissing",
  "Serving",
  "StackLocked",
  "UnknownGateway",
  "UnknownMonitoring",
] as const;

export type Reason = (typeof reasons)[number];

/** Reasons of Events that are not also reasons of a condition. */
export const eventReasons = [
  "DriftCorrected",
  "DriftDetected",
  "Removed",
  "RemovalFailed",
  "RouteContested",
] as const;

export type EventReason = Reason | (typeof eventReasons)[number];

/** Reasons that call for nobody: all is well, or was put right. */
export const wellReasons = [
  "AllEnforced",
  "Applied",
  "DriftCorrected",
  "EndpointsReady",
  "Monitored",
  "Removed",
  "Serving",
] as const satisfies readonly EventReason[];

/** A reason somebody has to do something about. */
export type TroubleReason = Exclude<EventReason, (typeof wellReasons)[number]>;

/** Every trouble has a remedy. */
const remedyOf: Readonly<Record<TroubleReason, string>> = remedies;

/** Why an API is not, or not any more, as its spec says. */
export interface Problem {
  readonly reason: Reason;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** Longest message of an Event, in characters (Kubernetes API reference, Event.note: 1 kB). */
export const MAX_MESSAGE = 1024;

const STILL_SERVED = "; the last spec that could be applied is still served";

/** `text`, with its end left out where it is longer than `length` characters. */
export function cut(text: string, length: number): string {
  // Not between the halves of a character beyond the basic plane: the API server would store another text.
  return text.length > length ? `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "")}…` : text;
}

/** A message that ends in what to do, also where its beginning is too long. */
function message(what: string, ...remedy: readonly string[]): string {
  const rest = remedy.map((clause) => `; ${clause}`).join("");
  return cut(what, MAX_MESSAGE - rest.length - STILL_SERVED.length) + rest;
}

function problem(reason: Reason & TroubleReason, what: string): Problem {
  return { reason, message: message(what, remedyOf[reason]) };
}

/** What the condition `Reconciled` says of a problem, and of an older spec that callers still get. */
export function reconciledMessage(of: Problem, olderIsServed: boolean): string {
  return of.message + (olderIsServed ? STILL_SERVED : "");
}

/** Whether what the condition `Reconciled` says is this problem. */
export function speaksOf(text: string, of: Problem): boolean {
  return text === reconciledMessage(of, false) || text === reconciledMessage(of, true);
}

/** The problem of an object that breaks rules; `fields` names each with its value and rule, as InvalidSpecError does. */
export function invalidSpecProblem(fields: string): Problem {
  return problem("InvalidSpec", fields);
}

/** The problem of an object whose annotation names a gateway that is not there. */
export function unknownGatewayProblem(value: string, known: readonly string[]): Problem {
  return problem("UnknownGateway", unknownName("gateway", value, known));
}

/** The problem of an object whose annotation names a way of monitoring that is not there. */
export function unknownMonitoringProblem(value: string, known: readonly string[]): Problem {
  return problem("UnknownMonitoring", unknownName("monitoring", value, known));
}

function unknownName(annotation: string, value: string, known: readonly string[]): string {
  const shown = JSON.stringify(cut(value, 80));
  return `metadata.annotations["oda.tmforum.org/${annotation}"]: ${shown} must be one of ${known.join(", ")}`;
}

/** The problem behind a failed engine run. */
export function runProblem(error: unknown): Problem {
  const { reason, text } = runFailure(error);
  return problem(reason, text);
}

/** The problem of an object whose resources could not be removed: the condition's, and the Event `RemovalFailed`. */
export function removalProblem(stack: string, error: unknown): Problem {
  const { reason, text } = runFailure(error);
  const what = `cannot remove the resources of stack ${stack}: ${text}`;
  return { reason, message: message(what, remedyOf[reason], remedies.RemovalFailed) };
}

function runFailure(error: unknown): { readonly reason: Reason & TroubleReason; readonly text: string } {
  if (error instanceof TransientError) return { reason: error.reason, text: error.message };
  if (error instanceof StackLockedError) return { reason: "StackLocked", text: error.message };
  return { reason: "EngineError", text: error instanceof Error ? error.message : String(error) };
}

/** The problem of an API whose route is another's. Routes are `gateway host/path`. */
export function conflictProblem({ route, holder }: RouteConflict): Problem {
  return problem("RouteConflict", `${describeRoute(route)} is served for ${describeKey(holder)}`);
}

/** What the API that keeps the route is told. */
export function contestedMessage({ route }: RouteConflict, by: string): string {
  const what = `${describeKey(by)} asks for ${describeRoute(route)}, which this API goes on serving`;
  return message(what, remedies.RouteContested);
}

/** The problem of an API whose resources somebody changed, where they are left as they are. */
export function driftProblem(changes: readonly Change[]): Problem {
  return problem("Drifted", describeChanges(changes));
}

/** The problem of an API whose resources are put back only after a while, since they are changed again and again. */
export function recurringDriftProblem(changes: readonly Change[]): Problem {
  const what = describeChanges(changes);
  return { reason: "Drifted", message: message(what, recurringDriftRemedy) };
}

/** What the Event says after resources were put back as the spec has them. */
export function driftCorrectedMessage(changes: readonly Change[]): string {
  return message(describeChanges(changes, { changed: "; put back", deleted: "; made again" }));
}

function describeChanges(changes: readonly Change[], outcome = { changed: "", deleted: "" }): string {
  return changes
    .map(({ object, fields, by, at }) => {
      const who = by.length === 0 ? "" : ` by ${by.join(", ")}`;
      const when = at === undefined ? "" : ` at ${timeOfDay(at)}`;
      return fields.length === 0
        ? `${object} was deleted${who}${when}${outcome.deleted}`
        : `${object}: ${fields.join(", ")} ${fields.length === 1 ? "was" : "were"} changed${who}${when}${outcome.changed}`;
    })
    .join("; ");
}

/** `12:03:11Z` of `2026-01-01T12:03:11.123Z`. An Event has its date; a drift is noticed within seconds. */
function timeOfDay(at: string): string {
  return /T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(at)?.slice(1).join("") ?? at;
}

/**
 * The problem of an API whose URL cannot be told.
 *
 * @param service `namespace/name` of the Service that was configured; undefined where it is looked for by its label
 */
export function gatewayAddressProblem(service: string | undefined): Problem {
  return problem(
    "GatewayAddressUnknown",
    service === undefined
      ? "no Service labelled istio=ingressgateway, in any namespace, has an address"
      : `Service ${service}, which ODA_GATEWAY_SERVICE names, does not exist or has no address`,
  );
}

/** The problem of an API behind whose Service, `namespace/name`, nothing takes traffic. */
export function noEndpointProblem(service: string): Problem {
  return problem("NoReadyEndpoint", `Service ${service} has no ready endpoint`);
}

/** The problem of an API whose Service, `namespace/name`, does not exist. */
export function serviceMissingProblem(service: string, inSpec: boolean): Problem {
  const whose = inSpec ? "spec.implementation" : "the last spec that could be applied";
  return problem("ServiceMissing", `Service ${service}, which ${whose} names, does not exist`);
}

/** What is said of the Service while the spec is invalid and none was ever applied. */
export const SERVICE_UNKNOWN = "the Service is not known until the spec is valid";

/** The problem of an API some of whose policies, given as fields of the spec, its gateway does not enforce. */
export function policiesProblem(gateway: string, policies: readonly string[]): Problem {
  return problem("NotSupported", `gateway ${gateway} does not enforce spec.${policies.join(", spec.")}`);
}

/** The problem of a metrics API of this namespace whose metrics are not announced as it asks. */
export function monitoringProblem(namespace: string, why: MonitoringProblem): Problem {
  switch (why.type) {
    case "NoService":
      return serviceMissingProblem(`${namespace}/${why.service}`, true);
    case "NoWorkload":
      return problem(
        "NoWorkload",
        `no Deployment, StatefulSet or DaemonSet is behind Service ${namespace}/${why.service}, so nothing announces the metrics`,
      );
    case "Taken":
      return problem(
        "MonitoringConflict",
        `the Pods of ${why.workload.kind} ${why.workload.name} announce the metrics of ${describeKey(why.by)}`,
      );
    case "BasicAuthNotSupported":
      return problem("MonitoringNotSupported", "annotations of Prometheus cannot carry spec.basicAuth");
  }
}

/** What is said where all is well. */
export const well = {
  applied: (stack: string) => `stack ${stack} is up to date`,
  removed: (stack: string) => `stack ${stack} is gone`,
  serving: (url: string) => `served at ${url}`,
  endpointsReady: (service: string) => `Service ${service} has a ready endpoint`,
  monitored: (settings: MonitoringSettings) =>
    settings.type === "ServiceMonitor"
      ? "a ServiceMonitor has the metrics scraped"
      : settings.workloads.length === 0
        ? `${settings.type} of another API on the same Pods announce the metrics`
        : `${settings.type} on ${settings.workloads.map(({ kind, name }) => `${kind} ${name}`).join(", ")} announce the metrics`,
  allEnforced: (policies: number) =>
    policies === 0 ? "the spec asks for no policy" : "every policy of the spec is enforced",
} as const;

function describeRoute(route: string): string {
  const [gateway = "", hostAndPath = ""] = route.split(" ");
  return `route ${hostAndPath} of gateway ${gateway}`;
}

function describeKey(key: string): string {
  const [plural = "", namespace = "", name = ""] = key.split("/");
  return `${plural === "apis" ? "API" : "ExposedAPI"} ${namespace}/${name}`;
}
