// Every reason that a condition or an Event carries, and what all messages have in common. Reasons are stable; messages are
// for people: what is wrong and where, then what to do about it (remedies.ts). They are in the files named …Messages.
import { transientReasons } from "../stack";
import { remedies } from "./remedies";

/** Reasons of conditions. `docs/conditions.md` says what to do about each. */
export const reasons = [
  ...transientReasons,
  "AllEnforced",
  "Applied",
  "BackendAddressUnknown",
  "ChangedElsewhere",
  "DocumentInvalid",
  "DocumentUnavailable",
  "Drifted",
  "EndpointsReady",
  "EngineError",
  "GatewayAddressUnknown",
  "GatewaySettingsUnknown",
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
  "ForeignChangeOverwritten",
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
  "ForeignChangeOverwritten",
  "Monitored",
  "Removed",
  "Serving",
] as const satisfies readonly EventReason[];

/** A reason somebody has to do something about. */
export type TroubleReason = Exclude<EventReason, (typeof wellReasons)[number]>;

/** What to do about a trouble: each has a remedy. */
export const remedyOf: Readonly<Record<TroubleReason, string>> = remedies;

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

/** What is said where all is well. */
export const well = {
  applied: (stack: string) => `stack ${stack} is up to date`,
  removed: (stack: string) => `stack ${stack} is gone`,
  serving: (url: string) => `served at ${url}`,
  endpointsReady: (service: string) => `Service ${service} has a ready endpoint`,
} as const;

/** A route, `gateway host/path`, as messages name it. */
export function describeRoute(route: string): string {
  const [gateway = "", hostAndPath = ""] = route.split(" ");
  return `route ${hostAndPath} of gateway ${gateway}`;
}

/** An API as messages name it. */
export function describeKey(key: string): string {
  const [plural = "", namespace = "", name = ""] = key.split("/");
  return `${plural === "apis" ? "API" : "ExposedAPI"} ${namespace}/${name}`;
}
