// Every reason and message that a condition or an Event carries. Reasons are stable; messages are for people: what is
// wrong and where, then what to do about it (remedies.ts). Those about metrics are in monitoring/messages.ts, those about policies and
// paths in policyMessages.ts.
import { StackLockedError, TransientError, transientReasons } from "../stack";
import { type Change } from "./drift/change";
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
  "Locked",
  "Monitored",
  "MonitoringConflict",
  "MonitoringNotSupported",
  "NoReadyEndpoint",
  "NoWorkload",
  "NotSupported",
  "PathOverlap",
  "PortMissing",
  "RouteConflict",
  "ServiceMissing",
  "Serving",
  "StackLocked",
  "UnknownGateway",
  "UnknownMonitoring",
  "WorkloadsUnknown",
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

/** What callers get while there is a problem, where that can be told. */
const served = {
  older: "; the last spec that could be applied is still served",
  mixed: "; until then callers get the last spec that was applied, or parts of the new one",
  nothing: "; callers get nothing, for the route was deleted: it is made again when this is mended",
  unknown: "",
} as const;

/** See {@link reconciledMessage}. */
export type Served = keyof typeof served;

const LONGEST_END = Math.max(...Object.values(served).map(({ length }) => length));

/** `text`, with its end left out where it is longer than `length` characters. */
export function cut(text: string, length: number): string {
  // Not between the halves of a character beyond the basic plane: the API server would store another text.
  return text.length > length ? `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "")}…` : text;
}

/** A message that ends in what to do, also where its beginning is too long. */
export function message(what: string, ...remedy: readonly string[]): string {
  const rest = remedy.map((clause) => `; ${clause}`).join("");
  return cut(what, MAX_MESSAGE - rest.length - LONGEST_END) + rest;
}

/** A problem with the remedy of its reason. */
export function problem(reason: Reason & TroubleReason, what: string): Problem {
  return { reason, message: message(what, remedyOf[reason]) };
}

/** What the condition `Reconciled` says of a problem, and of what callers get meanwhile. */
export function reconciledMessage(of: Problem, what: Served): string {
  return of.message + served[what];
}

/** Whether what the condition `Reconciled` says is this problem. */
export function speaksOf(text: string, of: Problem): boolean {
  return Object.values(served).some((end) => text === of.message + end);
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

/** The problem behind a failed run for what all APIs share at the gateway. */
export function platformProblem(error: unknown): Problem {
  const { reason, text } = runFailure(error);
  return problem(reason, `what all APIs share at the gateway: ${text}`);
}

/** The problem of an API that needs what all share at the gateway, where there is no namespace for that. */
export function gatewayNamespaceProblem(namespace: string): Problem {
  return problem(
    "NamespaceMissing",
    `what all APIs share at the gateway: namespace ${namespace} does not exist, or is not the gateway's (gateway.namespace of ODA_PLATFORM)`,
  );
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

/** The problem of an API whose resources' names are those of objects that are somebody else's. */
export function heldProblem(changes: readonly Change[]): Problem {
  const held = changes.map(({ object, fields, by }) => {
    const who = by.length === 0 ? "somebody else" : by.join(", ");
    return `${object} is not this API's: ${fields.join(", ")} ${fields.length === 1 ? "is" : "are"} held by ${who}`;
  });
  return problem("FieldConflict", held.join("; "));
}

/** The problem of an API whose resources somebody changed, where they are left as they are. */
export function driftProblem(changes: readonly Change[]): Problem {
  return problem("Drifted", describeChanges(changes.map(withoutTime)));
}

/** The problem of an API whose resources are put back only after a while, since they are changed again and again. */
export function recurringDriftProblem(changes: readonly Change[]): Problem {
  const what = describeChanges(changes.map(withoutTime));
  return { reason: "Drifted", message: message(what, recurringDriftRemedy) };
}

/** What the Event says after resources were put back as the spec has them. */
export function driftCorrectedMessage(changes: readonly Change[]): string {
  return message(describeChanges(changes, { changed: "; put back", deleted: "; made again" }));
}

/** A condition says the same as long as the same is changed by the same; it has a time of its own. */
function withoutTime({ object, fields, by }: Change): Change {
  return { object, fields, by };
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
 * The problem of an API whose URL cannot be told. Services are `namespace/name`.
 *
 * @param service the Service that was configured; undefined where it is looked for by its label
 * @param found the Services there are of it
 */
export function gatewayAddressProblem(service: string | undefined, found: readonly string[]): Problem {
  return problem("GatewayAddressUnknown", withoutAddress(service, found));
}

function withoutAddress(service: string | undefined, found: readonly string[]): string {
  if (service !== undefined) {
    const lack = found.length === 0 ? "does not exist" : "has no address";
    return `Service ${service}, which ODA_GATEWAY_SERVICE names, ${lack}`;
  }
  if (found.length === 0) return "no Service is labelled istio=ingressgateway, in any namespace";
  return found.length === 1
    ? `Service ${found.join()}, which is labelled istio=ingressgateway, has no address`
    : `Services ${found.join(", ")}, which are labelled istio=ingressgateway, have no address`;
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

/** A port that a Service with ports does not have. */
export interface MissingPort {
  readonly port: number;
  /** Whether the spec names it, not only the spec that was applied last. */
  readonly inSpec: boolean;
  /** The ports there are, at least one. */
  readonly ports: readonly number[];
}

/** The problem of an API whose Service, `namespace/name`, has ports, and not the one that is asked for. */
export function portMissingProblem(service: string, { port, ports, inSpec }: MissingPort): Problem {
  const whose = inSpec ? "spec.port" : "the last spec that could be applied";
  const what = `Service ${service} has no port ${port}, which ${whose} names; it has ${ports.join(", ")}`;
  return problem("PortMissing", what);
}

/** What is said of the Service while the spec is invalid and none was ever applied. */
export const SERVICE_UNKNOWN = "the Service is not known until the spec is valid";

/** What is said where all is well. */
export const well = {
  applied: (stack: string) => `stack ${stack} is up to date`,
  removed: (stack: string) => `stack ${stack} is gone`,
  serving: (url: string) => `served at ${url}`,
  endpointsReady: (service: string) => `Service ${service} has a ready endpoint`,
} as const;

function describeRoute(route: string): string {
  const [gateway = "", hostAndPath = ""] = route.split(" ");
  return `route ${hostAndPath} of gateway ${gateway}`;
}

/** An API as messages name it. */
export function describeKey(key: string): string {
  const [plural = "", namespace = "", name = ""] = key.split("/");
  return `${plural === "apis" ? "API" : "ExposedAPI"} ${namespace}/${name}`;
}
