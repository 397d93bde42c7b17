// What the tests wait for.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type AnyObject, type Cluster } from "./cluster";
import { until } from "../../../dev/until";

/** A condition as read. */
export interface SeenCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedHash: string;
}

/** A condition of an object, or undefined. */
export function conditionOf(object: AnyObject | undefined, type: string): SeenCondition | undefined {
  const conditions = (object?.status?.["conditions"] ?? []) as SeenCondition[];
  return conditions.find((condition) => condition.type === type);
}

/** Waits for a condition with a status and a reason, and returns the object. */
export function untilCondition(
  cluster: Cluster,
  name: string,
  type: string,
  reason: string,
  kind = "ExposedAPI",
): Promise<AnyObject> {
  return until(`${name}: ${type} for ${reason}`, async () => {
    const object = await cluster.get(kind, name);
    return conditionOf(object, type)?.reason === reason ? object : undefined;
  });
}

/** Waits until an API is applied and its status speaks of `path`, and returns the object. */
export function untilApplied(
  cluster: Cluster,
  name: string,
  path: string,
  kind = "ExposedAPI",
): Promise<AnyObject> {
  return until(`${name} is applied at ${path}`, async () => {
    const object = await cluster.get(kind, name);
    const applied = conditionOf(object, "Reconciled")?.status === "True";
    return applied && object !== undefined && apiStatusOf(object)["path"] === path ? object : undefined;
  });
}

/** Waits until an object is gone. */
export async function untilGone(cluster: Cluster, kind: string, name: string): Promise<void> {
  await until(`${kind} ${name} is gone`, async () => (await cluster.get(kind, name)) === undefined);
}

/** Whether the installation has a stack for an object. */
export function hasStack(cluster: Cluster, name: string, project = "oda-api"): boolean {
  return existsSync(join(cluster.stateDir, "state", ".pulumi", "stacks", project, `components.${name}.json`));
}

/** `status.apiStatus` of an object; empty before there is one. */
export function apiStatusOf(object: AnyObject): Readonly<Record<string, unknown>> {
  return (object.status?.["apiStatus"] ?? {}) as Record<string, unknown>;
}

interface VirtualServiceSpec {
  readonly hosts: string[];
  readonly gateways: string[];
  readonly http: { match: { uri: { prefix: string } }[]; route: { destination: object }[] }[];
}

/** The parts of a VirtualService that TM Forum's operator sets. */
export function routeOf(virtualService: AnyObject | undefined): object | undefined {
  if (virtualService === undefined) return undefined;
  const { hosts, gateways, http } = virtualService.spec as unknown as VirtualServiceSpec;
  return {
    hosts,
    gateways,
    prefix: http[0]?.match[0]?.uri.prefix,
    destination: http[0]?.route[0]?.destination,
  };
}
