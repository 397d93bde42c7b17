// Live objects of the kinds that components keep, as far as they are compared and read.
import { type KubernetesObject } from "@kubernetes/client-node";

/** One entry of `metadata.managedFields` (Kubernetes API reference, ManagedFieldsEntry v1). */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

/** A Kubernetes object as plain data. */
export interface LiveObject extends KubernetesObject {
  readonly spec?: unknown;
  /** Kept of an Ingress only. */
  readonly status?: unknown;
}

/** What to keep of a live object: its identity, who set which field, and its spec. */
export function keepLive({ apiVersion, kind, metadata, spec }: LiveObject): LiveObject {
  const { name = "", namespace = "", resourceVersion = "", managedFields } = metadata ?? {};
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: { name, namespace, resourceVersion, ...(managedFields === undefined ? {} : { managedFields }) },
    spec,
  };
}

/** Who set which field of a live object. The client types the entries as classes; they are plain data. */
export function managedFieldsOf({ metadata }: LiveObject): readonly ManagedFields[] {
  return (metadata?.managedFields ?? []) as unknown as readonly ManagedFields[];
}
