// What a component declares in the cluster, as plain data: who compares it with the live objects needs no engine.
import * as pulumi from "@pulumi/pulumi";

/** A Kubernetes object that a component keeps, as plain data: what it sets, and under which field manager. */
export interface OwnedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Server-side-apply field manager that owns `fields`. */
  readonly fieldManager: string;
  /** The fields the component sets, apart from metadata of the object itself: `{spec: …}`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whether the object itself is somebody else's, and only `fields` are set on it. */
  readonly isPatch?: boolean;
}

/** `Kind/namespace/name`: tells an object from all others that the components declare. */
export function objectId({
  kind,
  namespace,
  name,
}: Pick<OwnedObject, "kind" | "namespace" | "name">): string {
  return `${kind}/${namespace}/${name}`;
}

/** `metadata.resourceVersion` of objects after a run, by {@link objectId}. One that is not known is left out. */
export type ObjectVersions = Readonly<Record<string, string>>;

/** What {@link versionsOf} reads of a resource of Pulumi's Kubernetes provider. */
interface KubernetesResource {
  readonly kind: pulumi.Output<string>;
  readonly metadata: pulumi.Output<{
    readonly namespace?: string;
    readonly name?: string;
    readonly resourceVersion?: string;
  }>;
}

/** The versions of the objects that these resources declare. */
export function versionsOf(resources: readonly KubernetesResource[]): pulumi.Output<ObjectVersions> {
  const seen = resources.map(({ kind, metadata }) => pulumi.all([kind, metadata]));
  return pulumi
    .all(seen)
    .apply((objects) =>
      Object.fromEntries(
        objects.flatMap(([kind, { namespace, name, resourceVersion }]) =>
          namespace === undefined || name === undefined || resourceVersion === undefined
            ? []
            : [[objectId({ kind, namespace, name }), resourceVersion]],
        ),
      ),
    );
}
