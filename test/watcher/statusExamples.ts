// What the tests of the status share: an API that is served, and what differs from that.
import { type Condition, type ConditionType } from "../../watcher/conditions";
import { gatewayAddressProblem } from "../../watcher/gatewayMessages";
import { invalidSpecProblem } from "../../watcher/reasons";
import { type Observation } from "../../watcher/observation";
import { desiredStatus } from "../../watcher/status";
import { parse } from "../spec/examples";

export const URL = "https://10.0.0.1/r1-catalog/tmf-api/productCatalogManagement/v4";
export const NOW = "2026-02-01T00:00:00.000Z";
export const HASH = "0123456789abcdef";
export const SERVICE = "components/r1-prodcatapi";
export const stack = {
  name: "components.r1-catalog-api",
  gateway: "istio",
  hash: HASH,
  routes: ["component-gateway */catalog"],
  lastRun: NOW,
  result: "Succeeded",
} as const;

export const applied: Observation = {
  previous: {},
  api: parse(),
  observedHash: HASH,
  isCurrent: true,
  isRouteGone: false,
  problem: undefined,
  stack,
  binding: undefined,
  uid: "route-uid",
  publicUrl: { url: URL, ip: "10.0.0.1" },
  addressProblem: gatewayAddressProblem(undefined, []),
  gateway: "istio",
  implementation: { service: SERVICE, inSpec: true, ready: true, exists: true },
  policies: [],
  monitoring: undefined,
  unmonitored: undefined,
  announcedBy: undefined,
  overlaps: [],
  now: NOW,
};
export const notReady = { ...applied.implementation!, ready: false };
export const served = desiredStatus(applied);
export const newStack = { name: stack.name, gateway: "istio" };
export const problem = invalidSpecProblem("spec.port: 0 must be an integer from 1 to 65535");
/** Hash of a spec that is not the one that is served. */
export const NEWER = "fedcba9876543210";

export function status(changes: Partial<Observation>): Record<string, unknown> {
  return desiredStatus({ ...applied, isCurrent: changes.problem === undefined, ...changes });
}

/** A condition as `status reason: message`. */
export function condition(of: Record<string, unknown>, type: ConditionType): string | undefined {
  const found = (of["conditions"] as Condition[]).find((each) => each.type === type);
  return found && `${found.status} ${found.reason}: ${found.message}`;
}
