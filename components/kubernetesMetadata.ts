// Metadata that every Kubernetes object of an API carries.
import { COMPONENT_NAME_LABEL, GROUP, shortened, type ExposedApi } from "../spec";
import { type OwnedObject } from "./ownedObject";

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

/** Field manager of the objects that all APIs share. */
export const PLATFORM_FIELD_MANAGER = "oda-api-platform";

/** Annotation of an object in another namespace than its API's: `namespace/name` of the API. */
const API_ANNOTATION = `${GROUP}/api`;

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
 * What Pulumi's Kubernetes provider reads of an object. A fixed field manager makes a create that was cut off and
 * repeated the same create; background deletion and no await fit objects that have no controller of their own.
 */
function leafAnnotations(manager: string): Record<string, string> {
  return {
    "pulumi.com/patchFieldManager": manager,
    "pulumi.com/deletionPropagationPolicy": "background",
    "pulumi.com/skipAwait": "true",
  };
}

/**
 * Metadata of an object of an API. One in another namespace has no owner reference, which cannot cross namespaces: it
 * tells its API by an annotation.
 */
export function objectMetadata(
  { namespace, name, fieldManager: manager }: Pick<OwnedObject, "namespace" | "name" | "fieldManager">,
  api: ExposedApi,
  owner: OwnerReference | undefined,
): ObjectMetadata {
  const isElsewhere = namespace !== api.namespace;
  const annotations = leafAnnotations(manager);
  if (isElsewhere) annotations[API_ANNOTATION] = `${api.namespace}/${api.name}`;
  return {
    name,
    namespace,
    ...(api.componentName === undefined ? {} : { labels: { [COMPONENT_NAME_LABEL]: api.componentName } }),
    annotations,
    ...(owner === undefined || isElsewhere ? {} : { ownerReferences: [owner] }),
  };
}

/** Metadata of an object named like the API, in its namespace. */
export function leafMetadata(api: ExposedApi, owner: OwnerReference | undefined): ObjectMetadata {
  const { namespace, name } = api;
  return objectMetadata({ namespace, name, fieldManager: fieldManager(api) }, api, owner);
}

/** Metadata of an object that belongs to no API. */
export function platformMetadata({
  namespace,
  name,
  fieldManager: manager,
}: Pick<OwnedObject, "namespace" | "name" | "fieldManager">): ObjectMetadata {
  return { name, namespace, annotations: leafAnnotations(manager) };
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
