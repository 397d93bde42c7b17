// Shapes of Kubernetes objects as far as the watcher reads them.
import { type KubernetesObject } from "@kubernetes/client-node";

/** An ExposedAPI, or an object of the older kind API, as the cluster serves it. */
export interface ApiObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** One kind of API object as this cluster serves it. */
export interface ApiResource {
  readonly kind: "ExposedAPI" | "API";
  /** The kind as the CRD spells it: `api` in the oldest charts. */
  readonly servedKind: string;
  readonly plural: "exposedapis" | "apis";
  /** Version to read and write, the newest one served. */
  readonly version: string;
  /** Whether status is written through a subresource of its own. */
  readonly statusSubresource: boolean;
}

/** `plural/namespace/name`: names an API object in queues and logs. */
export type ObjectKey = string;

/** Key of an object of a resource. */
export function keyOf(resource: ApiResource, object: KubernetesObject): ObjectKey {
  return `${resource.plural}/${nameOf(object)}`;
}

/** `namespace/name` of an object. */
export function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}

/** Parts of a key. */
export function splitKey(key: ObjectKey): { plural: string; namespace: string; name: string } {
  const [plural = "", namespace = "", name = ""] = key.split("/");
  return { plural, namespace, name };
}
