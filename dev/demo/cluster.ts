// The Kubernetes objects the demo works with, read and written over kept connections.
import {
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type KubernetesListObject,
  type KubernetesObject,
} from "@kubernetes/client-node";
import { createClients, statusOf, type Clients } from "../../watcher/kube/client";

/** Any Kubernetes object, as far as the demo reads it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Kinds outside the core group, with the version they are read at. */
const KINDS = {
  Component: { group: "oda.tmforum.org", version: "v1", plural: "components" },
  ExposedAPI: { group: "oda.tmforum.org", version: "v1", plural: "exposedapis" },
  VirtualService: { group: "networking.istio.io", version: "v1", plural: "virtualservices" },
  ServiceMonitor: { group: "monitoring.coreos.com", version: "v1", plural: "servicemonitors" },
  EndpointSlice: { group: "discovery.k8s.io", version: "v1", plural: "endpointslices" },
} as const;

/** A kind that {@link Cluster} reads and changes by name. */
export type Kind = keyof typeof KINDS;

/** Namespace of everything but the gateway. */
export const NAMESPACE = "components";

/** Objects of one cluster. Failed requests throw the client's `ApiException`. */
export class Cluster {
  readonly kubeConfig = new KubeConfig();
  private readonly clients: Clients;

  /** @param kubeconfig path of the file to read */
  constructor(kubeconfig: string) {
    this.kubeConfig.loadFromFile(kubeconfig);
    this.clients = createClients(this.kubeConfig);
  }

  /** Creates an object at the version it is written in; a `status` in it is written as a load balancer would. */
  async create(object: KubeObject): Promise<KubeObject> {
    const { namespace } = object.metadata;
    if (object.kind === "Service") return this.createService(object);
    if (object.kind === "Namespace") return this.createNamespace(object);
    const { group, plural } = KINDS[object.kind as Kind];
    const version = object.apiVersion.slice(object.apiVersion.indexOf("/") + 1);
    return (await this.clients.objects.createNamespacedCustomObject({
      group,
      version,
      plural,
      namespace,
      body: object,
    })) as KubeObject;
  }

  /** An object, or undefined when there is none. */
  async get(kind: Kind, name: string): Promise<KubeObject | undefined> {
    try {
      return (await this.clients.objects.getNamespacedCustomObject(at(kind, name))) as KubeObject;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  /** Changes the fields that `change` names (RFC 7396, JSON Merge Patch). */
  async patch(kind: Kind, name: string, change: object): Promise<void> {
    await this.clients.objects.patchNamespacedCustomObject({ ...at(kind, name), body: change }, mergePatch);
  }

  /** Deletes an object; what it owns is left to the garbage collector. */
  async delete(kind: Kind, name: string): Promise<void> {
    await this.clients.objects.deleteNamespacedCustomObject(at(kind, name));
  }

  /** The message of the last Event of this reason that tells of an object; undefined when there is none. */
  async eventMessage(name: string, reason: string): Promise<string | undefined> {
    const { items } = await this.clients.core.listNamespacedEvent({
      namespace: NAMESPACE,
      fieldSelector: `involvedObject.name=${name},reason=${reason}`,
    });
    return items.at(-1)?.message;
  }

  /** Names of the objects of a kind. */
  async names(kind: Kind | "Service"): Promise<string[]> {
    const list =
      kind === "Service"
        ? await this.clients.core.listNamespacedService({ namespace: NAMESPACE })
        : await this.list(kind);
    return list.items.map(({ metadata }) => metadata?.name ?? "");
  }

  /** The objects of a kind as a list, which is what informers begin with. */
  async list(kind: Kind): Promise<KubernetesListObject<KubernetesObject>> {
    const { group, version, plural } = KINDS[kind];
    return (await this.clients.objects.listNamespacedCustomObject({
      group,
      version,
      plural,
      namespace: NAMESPACE,
    })) as KubernetesListObject<KubernetesObject>;
  }

  private async createNamespace({ metadata: { name } }: KubeObject): Promise<KubeObject> {
    return (await this.clients.core.createNamespace({ body: { metadata: { name } } })) as KubeObject;
  }

  private async createService({ metadata, spec, status }: KubeObject): Promise<KubeObject> {
    const { core } = this.clients;
    const { name, namespace } = metadata;
    const body = { metadata, spec } as object;
    const created = await core.createNamespacedService({ namespace, body });
    if (status !== undefined) {
      await core.patchNamespacedServiceStatus({ name, namespace, body: { status } }, mergePatch);
    }
    return created as KubeObject;
  }
}

const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

function at(
  kind: Kind,
  name: string,
): { group: string; version: string; plural: string; namespace: string; name: string } {
  return { ...KINDS[kind], namespace: NAMESPACE, name };
}
