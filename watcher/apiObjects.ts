// Reads and writes API objects. A write is read back at once, even before the informer has seen it.
import { PatchStrategy, setHeaderOptions, type ConfigurationOptions } from "@kubernetes/client-node";
import { GROUP } from "../spec";
import { type Clients } from "./kube/client";
import { splitKey, type ApiObject, type ApiResource, type ObjectKey } from "./kube/objects";
import { OwnWrites } from "./kube/ownWrites";
import { mergePatch } from "./mergePatch";

/** Finalizer that keeps an object until its stack is destroyed. */
export const FINALIZER = "oda.tmforum.org/pulumi-stack";

/** Field manager of finalizers and status. */
const FIELD_MANAGER = "oda-api-watcher";

/** Where objects are read from: the caches of the informers. */
export type ObjectCache = (key: ObjectKey) => ApiObject | undefined;

/**
 * The API objects of a cluster. Writes throw the client's `ApiException`: 404 when the object is gone, 409 when it
 * was replaced by another of the same name, or its finalizers changed, since it was read.
 */
export class ApiObjects {
  private readonly writes = new OwnWrites<ApiObject>();

  constructor(
    private readonly clients: Clients,
    private readonly resources: readonly ApiResource[],
    private readonly cache: ObjectCache,
    private readonly onStatusWrite: () => void,
  ) {}

  /** The newest known state of an object, or undefined when it does not exist. */
  get(key: ObjectKey): ApiObject | undefined {
    return this.writes.latest(key, this.cache(key));
  }

  resource(key: ObjectKey): ApiResource {
    const { plural } = splitKey(key);
    const resource = this.resources.find((candidate) => candidate.plural === plural);
    if (resource === undefined) throw new Error(`${key}: the cluster does not serve ${plural}`);
    return resource;
  }

  /** Adds the finalizer where it is missing. */
  async addFinalizer(key: ObjectKey, object: ApiObject): Promise<ApiObject> {
    const finalizers = object.metadata?.finalizers ?? [];
    if (finalizers.includes(FINALIZER)) return object;
    return this.patchFinalizers(key, object, [...finalizers, FINALIZER]);
  }

  /** Removes the finalizer where it is there, and so lets a deleted object go. */
  async removeFinalizer(key: ObjectKey, object: ApiObject): Promise<void> {
    const finalizers = object.metadata?.finalizers ?? [];
    if (!finalizers.includes(FINALIZER)) return;
    await this.patchFinalizers(
      key,
      object,
      finalizers.filter((finalizer) => finalizer !== FINALIZER),
    );
  }

  /**
   * Makes the fields of `status` that this project owns what they should be. Writes nothing when they are.
   *
   * Through the status subresource by server-side apply; where there is none, by a merge patch of the differences.
   */
  async writeStatus(key: ObjectKey, object: ApiObject, status: Record<string, unknown>): Promise<void> {
    const owned = Object.fromEntries(Object.keys(status).map((field) => [field, object.status?.[field]]));
    const differences = mergePatch(owned, status);
    if (differences === undefined) return;
    this.onStatusWrite();
    const { statusSubresource } = this.resource(key);
    this.writes.keep(
      key,
      statusSubresource
        ? await this.applyStatus(key, object, status)
        : await this.patch(key, object, { status: differences }),
    );
  }

  private async applyStatus(key: ObjectKey, object: ApiObject, status: unknown): Promise<ApiObject> {
    const { namespace, name } = splitKey(key);
    const { servedKind, plural, version } = this.resource(key);
    return (await this.clients.objects.patchNamespacedCustomObjectStatus(
      {
        group: GROUP,
        version,
        namespace,
        plural,
        name,
        body: {
          apiVersion: `${GROUP}/${version}`,
          kind: servedKind,
          metadata: { name, namespace, uid: object.metadata?.uid },
          status,
        },
        fieldManager: FIELD_MANAGER,
        force: true,
      },
      contentType(PatchStrategy.ServerSideApply),
    )) as ApiObject;
  }

  private async patchFinalizers(key: ObjectKey, object: ApiObject, finalizers: string[]): Promise<ApiObject> {
    const { resourceVersion } = object.metadata ?? {};
    return this.writes.keep(
      key,
      await this.patch(key, object, { metadata: { resourceVersion, finalizers } }),
    );
  }

  private async patch(
    key: ObjectKey,
    object: ApiObject,
    change: { readonly metadata?: object; readonly status?: unknown },
  ): Promise<ApiObject> {
    const { namespace, name } = splitKey(key);
    const { plural, version } = this.resource(key);
    return (await this.clients.objects.patchNamespacedCustomObject(
      {
        group: GROUP,
        version,
        namespace,
        plural,
        name,
        body: { ...change, metadata: { ...change.metadata, uid: object.metadata?.uid } },
        fieldManager: FIELD_MANAGER,
      },
      contentType(PatchStrategy.MergePatch),
    )) as ApiObject;
  }
}

function contentType(strategy: string): ConfigurationOptions {
  return setHeaderOptions("Content-Type", strategy);
}
