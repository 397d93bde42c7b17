// The ExposedAPI objects of a benchmark, and when each has the URL it asks for.
import {
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type KubernetesListObject,
} from "@kubernetes/client-node";
import { createClients, type Clients } from "../../watcher/kube/client";
import { Informer } from "../../watcher/kube/informer";
import { type ApiObject } from "../../watcher/kube/objects";

const collection = {
  group: "oda.tmforum.org",
  version: "v1",
  namespace: "components",
  plural: "exposedapis",
};
const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** Creates, changes and deletes APIs, and tells when their URL is in their status. */
export class BenchApis {
  private readonly clients: Clients;
  private readonly informer: Informer<ApiObject>;
  private readonly waiting = new Map<
    string,
    { readonly path: string | undefined; readonly done: () => void }
  >();

  private constructor(config: KubeConfig) {
    this.clients = createClients(config);
    this.informer = new Informer<ApiObject>(config, {
      path: "/apis/oda.tmforum.org/v1/namespaces/components/exposedapis",
      list: () =>
        this.clients.objects.listNamespacedCustomObject(collection) as Promise<
          KubernetesListObject<ApiObject>
        >,
      onUpsert: (object) => {
        this.seen(object.metadata?.name ?? "", pathOf(object));
      },
      onDelete: (object) => {
        this.seen(object.metadata?.name ?? "", undefined);
      },
      onError: () => undefined,
    });
  }

  static async start(kubeconfig: string): Promise<BenchApis> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const apis = new BenchApis(config);
    apis.informer.start();
    await apis.informer.synced;
    return apis;
  }

  stop(): void {
    this.informer.stop();
  }

  /** Creates an API and resolves when its status has its URL. */
  async create(name: string): Promise<void> {
    const path = `/${name}/v1`;
    const served = this.reaches(name, path);
    const body = {
      apiVersion: "oda.tmforum.org/v1",
      kind: "ExposedAPI",
      metadata: { name, namespace: "components" },
      spec: {
        name,
        apiType: "openapi",
        specification: [{ url: `https://example.org/${name}.json` }],
        implementation: `${name}-svc`,
        path,
        port: 8080,
      },
    };
    await this.clients.objects.createNamespacedCustomObject({ ...collection, body });
    await served;
  }

  /** Moves an API to another path and resolves when its status has the new URL. */
  async move(name: string, path: string): Promise<void> {
    const served = this.reaches(name, path);
    await this.clients.objects.patchNamespacedCustomObject(
      { ...collection, name, body: { spec: { path } } },
      mergePatch,
    );
    await served;
  }

  /** Deletes an API and resolves when it is gone. */
  async delete(name: string): Promise<void> {
    const gone = this.reaches(name, undefined);
    await this.clients.objects.deleteNamespacedCustomObject({ ...collection, name });
    await gone;
  }

  private reaches(name: string, path: string | undefined): Promise<void> {
    return new Promise((done) => this.waiting.set(name, { path, done }));
  }

  private seen(name: string, path: string | undefined): void {
    const waiting = this.waiting.get(name);
    if (waiting === undefined || waiting.path !== path) return;
    this.waiting.delete(name);
    waiting.done();
  }
}

/** Path of the URL in an object's status; an empty text while there is none. */
function pathOf(object: ApiObject): string {
  const { url } = (object.status?.["apiStatus"] ?? {}) as { url?: string };
  return url === undefined ? "" : new URL(url).pathname;
}
