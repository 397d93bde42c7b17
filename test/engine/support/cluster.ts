// The cluster as a row sees it: the objects of its namespace, and what others do to them.
import {
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type KubernetesObject,
} from "@kubernetes/client-node";
import { statusOf } from "../../../watcher/kube/client";

/** An object to write, or the name of one. */
export interface ObjectManifest extends KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** Kinds that the rows use. */
const KINDS = [
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Secret" },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "networking.istio.io/v1", kind: "VirtualService" },
] as const;

/** Field manager of whoever is not the engine. */
export const STRANGER = "stranger";

/** One namespace of the cluster. */
export class NamespaceObjects {
  private readonly api: KubernetesObjectApi;

  constructor(
    kubeconfig: string,
    private readonly namespace: string,
  ) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.api = KubernetesObjectApi.makeApiClient(config);
  }

  async createNamespace(): Promise<void> {
    await this.api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } });
  }

  /** Creates an object as somebody else. */
  async create(object: ObjectManifest): Promise<void> {
    await this.api.create(this.placed(object), undefined, undefined, STRANGER);
  }

  /** Edits an object as somebody else, who holds the fields from then on. */
  async edit(object: ObjectManifest): Promise<void> {
    await this.api.patch(
      this.placed(object),
      undefined,
      undefined,
      STRANGER,
      undefined,
      PatchStrategy.MergePatch,
    );
  }

  async delete(object: ObjectManifest): Promise<void> {
    await this.api.delete(this.placed(object));
  }

  /** The live objects by kind and name, without those that the cluster itself puts into every namespace. */
  async all(): Promise<Record<string, unknown>> {
    const lists = await Promise.all(
      KINDS.map(({ apiVersion, kind }) => this.api.list(apiVersion, kind, this.namespace)),
    );
    const objects = lists.flatMap(({ items }, index) =>
      items.map((object) => [`${KINDS[index]!.kind} ${object.metadata?.name ?? ""}`, object] as const),
    );
    return Object.fromEntries(objects.filter(([name]) => name !== "ServiceAccount default"));
  }

  /** Whether there is such an object. */
  async has(object: ObjectManifest): Promise<boolean> {
    try {
      await this.api.read({ ...object, metadata: { name: object.metadata.name, namespace: this.namespace } });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  private placed(object: ObjectManifest): KubernetesObject {
    return { ...object, metadata: { ...object.metadata, namespace: this.namespace } };
  }
}
