// Every reason and message that a condition or an Event carries. Reasons are stable; messages are for people.
import { StackLockedError, TransientError, transientReasons } from "../stack";
import { type RouteConflict } from "./routeClaims";

/** Reasons of conditions. `docs/conditions.md` says what to do about each. */
export const reasons = [
  ...transientReasons,
  "AllEnforced",
  "Applied",
  "EndpointsReady",
  "EngineError",
  "GatewayAddressUnknown",
  "InvalidSpec",
  "NoReadyEndpoint",
  "NotSupported",
  "RouteConflict",
  "Serving",
  "StackLocked",
  "UnknownGateway",
] as const;

export type Reason = (typeof reasons)[number];

/** Reasons of Events that are not also reasons of a condition. */
export const eventReasons = ["Removed", "RemovalFailed", "RouteContested"] as const;

export type EventReason = Reason | (typeof eventReasons)[number];

/** Why an API is not, or not any more, as its spec says. */
export interface Problem {
  readonly reason: Reason;
  readonly message: string;
}

/** The problem of an API whose URL cannot be told. */
export const GATEWAY_ADDRESS_UNKNOWN: Problem = {
  reason: "GatewayAddressUnknown",
  message:
    "no Service labelled istio=ingressgateway has a load balancer address yet; " +
    "set APIOPERATORISTIO_PUBLICHOSTNAME if the gateway is reached another way",
};

/** The problem behind a failed engine run. */
export function runProblem(error: unknown): Problem {
  if (error instanceof TransientError) return { reason: error.reason, message: error.message };
  if (error instanceof StackLockedError) return { reason: "StackLocked", message: error.message };
  return { reason: "EngineError", message: error instanceof Error ? error.message : String(error) };
}

/** The problem of an API whose route is another's. Routes are `gateway host/path`. */
export function conflictProblem({ route, holder }: RouteConflict): Problem {
  return {
    reason: "RouteConflict",
    message: `${describeRoute(route)} is served for ${describeKey(holder)}; this API is served once that one is gone or moves`,
  };
}

/** What the API that keeps the route is told. */
export function contestedMessage({ route }: RouteConflict, by: string): string {
  return `${describeKey(by)} asks for ${describeRoute(route)}, which this API goes on serving`;
}

function describeRoute(route: string): string {
  const [gateway = "", hostAndPath = ""] = route.split(" ");
  return `route ${hostAndPath} of gateway ${gateway}`;
}

function describeKey(key: string): string {
  const [plural = "", namespace = "", name = ""] = key.split("/");
  return `${plural === "apis" ? "API" : "ExposedAPI"} ${namespace}/${name}`;
}
