// One API that a watcher has served with an engine run, and copies of it that look as if it had served them as well.
import { PatchStrategy, setHeaderOptions, type KubernetesObject } from "@kubernetes/client-node";
import { defaultIstioSettings, type OwnerReference } from "../../components";
import { parseExposedApi } from "../../spec";
import { reconcileHash } from "../../stack";
import { type Clients } from "../../watcher/kube/client";
import { type ApiObject } from "../../watcher/kube/objects";
import { EXPOSED_APIS, exposedApi } from "./apis";
import { NAMESPACE, PUBLIC_HOSTNAME, WATCHER_MANAGER } from "./installation";
import { replaced } from "./replaced";
import { BenchServices } from "./services";

const VIRTUAL_SERVICES = { group: "networking.istio.io", version: "v1", plural: "virtualservices" } as const;
const apply = setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply);
const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** A VirtualService as read. */
interface VirtualService extends KubernetesObject {
  readonly spec: unknown;
}

/** An API and the object that routes it, as a watcher left them. */
export class ServedApi {
  private constructor(
    private readonly clients: Clients,
    readonly object: ApiObject,
    private readonly route: VirtualService,
    /** The field manager that applied the VirtualService. */
    private readonly manager: string,
  ) {}

  /**
   * Reads an API that was served.
   *
   * @throws Error when its copies would not be taken for served.
   */
  static async read(clients: Clients, name: string): Promise<ServedApi> {
    const at = { namespace: NAMESPACE, name };
    const api = (await clients.objects.getNamespacedCustomObject({ ...EXPOSED_APIS, ...at })) as ApiObject;
    const route: unknown = await clients.objects.getNamespacedCustomObject({ ...VIRTUAL_SERVICES, ...at });
    const { metadata } = route as VirtualService;
    if (hashOf(api) !== (api.status?.["stack"] as { hash?: string }).hash) {
      throw new Error("the hash in a served API's status is not the one that its copies would have");
    }
    const manager = metadata?.managedFields?.find(({ operation }) => operation === "Apply")?.manager;
    if (manager === undefined) throw new Error("the VirtualService of a served API was not applied");
    return new ServedApi(clients, api, route as VirtualService, manager);
  }

  /**
   * Makes an API of another name of the same length, its Service, VirtualService and status. Returns its uid.
   */
  async copy(name: string, owner: OwnerReference): Promise<string> {
    const { clients, object, route } = this;
    const at = { namespace: NAMESPACE, name };
    await new BenchServices(clients).create(name, true);
    const { finalizers = [] } = object.metadata ?? {};
    const created = (await clients.objects.createNamespacedCustomObject({
      ...EXPOSED_APIS,
      namespace: NAMESPACE,
      body: exposedApi(name, NAMESPACE, { finalizers, ownerReferences: [owner] }),
    })) as ApiObject;
    const texts = {
      [hashOf(object)]: hashOf(created),
      [uidOf(object)]: uidOf(created),
      [nameOf(object)]: name,
    };
    const applied = await this.applyRoute(at, texts);
    await clients.objects.patchNamespacedCustomObject(
      {
        ...EXPOSED_APIS,
        ...at,
        body: { status: replaced(object.status, { ...texts, [uidOf(route)]: uidOf(applied) }) },
        fieldManager: WATCHER_MANAGER,
      },
      mergePatch,
    );
    return uidOf(created);
  }

  private async applyRoute(
    at: { readonly namespace: string; readonly name: string },
    texts: Readonly<Record<string, string>>,
  ): Promise<VirtualService> {
    const { apiVersion, kind, metadata, spec } = this.route;
    const { labels, annotations, ownerReferences } = metadata ?? {};
    const like = { apiVersion, kind, metadata: { labels, annotations, ownerReferences }, spec };
    const body = replaced(like, texts);
    return (await this.clients.objects.patchNamespacedCustomObject(
      {
        ...VIRTUAL_SERVICES,
        ...at,
        body: { ...body, metadata: { ...body.metadata, ...at } },
        fieldManager: this.manager,
        force: true,
      },
      apply,
    )) as VirtualService;
  }
}

function hashOf(object: ApiObject): string {
  const gateway = { ...defaultIstioSettings, publicHostname: PUBLIC_HOSTNAME };
  return reconcileHash(parseExposedApi({ ...object, kind: "ExposedAPI" }), { gateway });
}

function uidOf({ metadata }: KubernetesObject): string {
  return metadata?.uid ?? "";
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? "";
}
