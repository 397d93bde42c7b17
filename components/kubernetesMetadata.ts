// Metadata that every Kubernetes object of an API carries.
import { COMPONENT_NAME_LABEL, shortened, type ExposedApi } from "../spec";

/** Longest field manager that the API server takes, in characters (Kubernetes API reference, PatchOptions). */
const MAX_FIELD_MANAGER = 128;

/**
 * Server-side-apply field manager of the objects of an API. One for each kind: where an ExposedAPI and an API share a
 * name they would share their objects, and the API server refuses the second instead.
 */
export function fieldManager(api: Pick<ExposedApi, "kind">): string {
  return api.kind === "ExposedAPI" ? "oda-api" : "oda-api-legacy";
}

/**
 * Field manager of what an API sets on objects of others: another one for each API of a namespace, so that what one
 * gives back is not taken from another.
 */
export function patchFieldManager(api: Pick<ExposedApi, "kind" | "name">): string {
  return shortened(`${fieldManager(api)}.${api.name}`, MAX_FIELD_MANAGER);
}

/** The API object in the cluster that resources are made for, and that they must not outlive. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

interface ObjectMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly ownerReferences?: OwnerReference[];
}

/**
 * Metadata of a leaf object named like the API, in its namespace.
 *
 * The annotations are read by Pulumi's Kubernetes provider. A fixed field manager makes a create that was cut off
 * and repeated the same create; background deletion and no await fit objects that have no controller of their own.
 */
export function leafMetadata(api: ExposedApi, owner: OwnerReference | undefined): ObjectMetadata {
  return {
    name: api.name,
    namespace: api.namespace,
    ...(api.componentName === undefined ? {} : { labels: { [COMPONENT_NAME_LABEL]: api.componentName } }),
    annotations: {
      "pulumi.com/patchFieldManager": fieldManager(api),
      "pulumi.com/deletionPropagationPolicy": "background",
      "pulumi.com/skipAwait": "true",
    },
    ...(owner === undefined ? {} : { ownerReferences: [owner] }),
  };
}

/**
 * Metadata of a patch of somebody else's object in the namespace of the API.
 *
 * Pulumi's Kubernetes provider reads the annotations, and the object has them for as long as it is patched. No await:
 * whether the object is healthy after the patch is its owner's concern.
 */
export function patchMetadata(
  api: ExposedApi,
  name: string,
): Omit<ObjectMetadata, "labels" | "ownerReferences"> {
  return {
    name,
    namespace: api.namespace,
    annotations: {
      "pulumi.com/patchFieldManager": patchFieldManager(api),
      "pulumi.com/skipAwait": "true",
    },
  };
}
