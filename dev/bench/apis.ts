// The ExposedAPI objects of a benchmark, and when their status says what is waited for.
import {
  PatchStrategy,
  setHeaderOptions,
  type KubeConfig,
  type KubernetesListObject,
} from "@kubernetes/client-node";
import { type OwnerReference } from "../../components";
import { createClients, type Clients } from "../../watcher/kube/client";
import { Informer } from "../../watcher/kube/informer";
import { type ApiObject } from "../../watcher/kube/objects";
import { NAMESPACE } from "./installation";
import { serviceName } from "./services";

/** Group, version and plural of the objects. */
export const EXPOSED_APIS = { group: "oda.tmforum.org", version: "v1", plural: "exposedapis" } as const;

const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** Metadata of an API beyond its name. */
export interface Metadata {
  readonly finalizers?: string[];
  readonly ownerReferences?: OwnerReference[];
}

/** What is waited for: a look at an object, undefined when it is gone. */
type Look = (object: ApiObject | undefined) => boolean;

interface Waiting {
  readonly look: Look;
  readonly done: () => void;
  /** What the last look was at. */
  last: ApiObject | undefined;
}

/** Milliseconds after which nothing is waited for any more: the slowest baseline takes a minute for its burst. */
const PATIENCE = 600_000;

/** Creates, changes and deletes APIs of one namespace, and tells when their status has followed. */
export class BenchApis {
  private readonly clients: Clients;
  private readonly informer: Informer<ApiObject>;
  private readonly waiting = new Map<string, Waiting>();

  private constructor(
    config: KubeConfig,
    private readonly namespace: string,
  ) {
    this.clients = createClients(config);
    this.informer = new Informer<ApiObject>(config, {
      path: `/apis/${EXPOSED_APIS.group}/${EXPOSED_APIS.version}/namespaces/${namespace}/${EXPOSED_APIS.plural}`,
      list: () =>
        this.clients.objects.listNamespacedCustomObject({ ...EXPOSED_APIS, namespace }) as Promise<
          KubernetesListObject<ApiObject>
        >,
      onUpsert: (object) => {
        this.seen(object.metadata?.name ?? "", object);
      },
      onDelete: (object) => {
        this.seen(object.metadata?.name ?? "", undefined);
      },
      onError: () => undefined,
    });
  }

  static async start(config: KubeConfig, namespace = NAMESPACE): Promise<BenchApis> {
    const apis = new BenchApis(config, namespace);
    apis.informer.start();
    await apis.informer.synced;
    return apis;
  }

  stop(): void {
    this.informer.stop();
  }

  /** Creates an API and resolves when its status has its URL. */
  async create(name: string, metadata: Metadata = {}): Promise<void> {
    const served = this.reaches(name, atPath(`/${name}/v1`));
    await this.add(name, metadata);
    await served;
  }

  /** Creates an API and waits for nothing. */
  async add(name: string, metadata: Metadata = {}): Promise<void> {
    const { namespace } = this;
    const body = exposedApi(name, namespace, metadata);
    await this.clients.objects.createNamespacedCustomObject({ ...EXPOSED_APIS, namespace, body });
  }

  /** Moves an API to another path and resolves when its status has the new URL. */
  async move(name: string, path: string): Promise<void> {
    const served = this.reaches(name, atPath(path));
    await this.clients.objects.patchNamespacedCustomObject(
      { ...EXPOSED_APIS, namespace: this.namespace, name, body: { spec: { path } } },
      mergePatch,
    );
    await served;
  }

  /** Deletes an API and resolves when it is gone. */
  async delete(name: string): Promise<void> {
    const gone = this.reaches(name, (object) => object === undefined);
    await this.clients.objects.deleteNamespacedCustomObject({
      ...EXPOSED_APIS,
      namespace: this.namespace,
      name,
    });
    await gone;
  }

  /** Resolves when the status of an API next says that its implementation is ready, or that it is not. */
  readiness(name: string, ready: boolean): Promise<void> {
    return this.reaches(name, (object) => isReady(object) === ready);
  }

  /** @throws Error with the status that an object has in place of the one that is waited for. */
  private reaches(name: string, look: Look): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const status = JSON.stringify(waiting.last?.status);
        reject(new Error(`the status of ${name} did not follow within ${PATIENCE / 1000} s: ${status}`));
      }, PATIENCE).unref();
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const waiting: Waiting = { look, done, last: undefined };
      this.waiting.set(name, waiting);
    });
  }

  private seen(name: string, object: ApiObject | undefined): void {
    const waiting = this.waiting.get(name);
    if (waiting === undefined) return;
    waiting.last = object;
    if (!waiting.look(object)) return;
    this.waiting.delete(name);
    waiting.done();
  }
}

/** An API as its author writes it, behind the Service that {@link serviceName} gives. */
export function exposedApi(name: string, namespace: string, metadata: Metadata = {}): ApiObject {
  return {
    apiVersion: `${EXPOSED_APIS.group}/${EXPOSED_APIS.version}`,
    kind: "ExposedAPI",
    metadata: { ...metadata, name, namespace },
    spec: {
      name,
      apiType: "openapi",
      specification: [{ url: `https://example.org/${name}.json` }],
      implementation: serviceName(name),
      path: `/${name}/v1`,
      port: 8080,
    },
  };
}

/** `status.implementation.ready` of an API, or undefined when its status does not say. */
function isReady(object: ApiObject | undefined): unknown {
  return (object?.status?.["implementation"] as { ready?: unknown } | undefined)?.ready;
}

/** Whether the URL in an object's status has a path. */
function atPath(path: string): Look {
  return (object) => {
    const { url } = (object?.status?.["apiStatus"] ?? {}) as { url?: string };
    return url !== undefined && new URL(url).pathname === path;
  };
}
