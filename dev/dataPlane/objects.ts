// Any Kubernetes objects, written to the API server as they are.
import {
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type KubernetesObject,
} from "@kubernetes/client-node";

/** An object with whatever fields its kind has. */
export interface Manifest extends KubernetesObject {
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

/** Field manager of what this writes. */
const FIELD_MANAGER = "oda-api-dev";

/** The objects of a cluster, as an administrator's kubeconfig reaches them. */
export class Objects {
  private readonly api: KubernetesObjectApi;

  /** @param kubeconfig path of the file */
  constructor(kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.api = KubernetesObjectApi.makeApiClient(config);
  }

  /**
   * Creates objects or changes them, by server-side apply and in order.
   *
   * @throws ApiException of the client when the API server refuses one
   */
  async apply(manifests: readonly Manifest[], fieldManager = FIELD_MANAGER): Promise<void> {
    for (const manifest of manifests) {
      await this.api.patch(manifest, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
    }
  }

  /** Deletes objects; those that are not there are no error. */
  async delete(manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests) {
      await this.api.delete(manifest).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    }
  }

  /** The uid of an object, or undefined when there is none. */
  async uidOf({ apiVersion = "", kind = "", metadata }: Manifest): Promise<string | undefined> {
    const { name = "", namespace = "" } = metadata ?? {};
    try {
      return (await this.api.read({ apiVersion, kind, metadata: { name, namespace } })).metadata?.uid;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 404;
}
