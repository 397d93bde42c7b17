// What the watcher knows of the cluster: a cache for every collection it follows.
import { type V1EndpointSlice, type V1Service } from "@kubernetes/client-node";
import { keepLive, type LiveObject } from "./drift/liveObject";
import { Collection } from "./kube/collection";
import { type Informer } from "./kube/informer";
import { keyOf, splitKey, type ApiObject, type ApiResource, type ObjectKey } from "./kube/objects";
import {
  apiInformer,
  customInformer,
  endpointSliceInformer,
  gatewayServiceInformer,
  serviceInformer,
  type Handlers,
  type ResourcePath,
  type SourceContext,
} from "./sources";
import { keepWorkload } from "./monitoring/workload";
import { type Workload } from "./monitoring/workloadSelection";

/** A kind of object that components keep, or whose fields they set. */
export interface OwnedKind<Kind extends string = string> extends ResourcePath {
  readonly kind: Kind;
}

/** A kind of workload. */
export type WorkloadKind = OwnedKind<Workload["kind"]>;

/** What a cache is made with. */
export interface ClusterCacheOptions extends SourceContext {
  readonly resources: readonly ApiResource[];
  /** Namespaces to follow; undefined means all. */
  readonly namespaces: readonly string[] | undefined;
  /** `namespace/name` of the Service of the gateway; undefined finds it by its label. */
  readonly gatewayService: string | undefined;
  /** The kinds that components keep. */
  readonly owned: readonly OwnedKind[];
  /** The kinds on whose pod templates components set annotations; followed once that is asked for. */
  readonly workloads: readonly WorkloadKind[];
}

/** Whom a cache tells. Each is called after the cache holds the change. */
export interface ClusterHandlers {
  readonly api: {
    readonly onUpsert: (key: ObjectKey, object: ApiObject) => void;
    readonly onDelete: (key: ObjectKey, object: ApiObject) => void;
  };
  readonly slice: Handlers<V1EndpointSlice>;
  readonly service: Handlers<V1Service>;
  readonly owned: (kind: OwnedKind) => Handlers<LiveObject>;
  readonly workload: (kind: WorkloadKind) => Handlers<LiveObject>;
  /** All Services of gateways there are now. */
  readonly gatewayServices: (services: readonly V1Service[]) => void;
}

/** Follows the cluster from `start` to `stop`. */
export class ClusterCache {
  private readonly apis: ReadonlyMap<string, { resource: ApiResource; objects: Collection<ApiObject> }>;
  private readonly slices: Collection<V1EndpointSlice>;
  private readonly services: Collection<V1Service>;
  private readonly gateways: Informer<V1Service>;
  private readonly live = new Map<string, Collection<LiveObject>>();
  private workloadsFollowed: Promise<unknown> | undefined;

  constructor(
    private readonly options: ClusterCacheOptions,
    private readonly handlers: ClusterHandlers,
  ) {
    const { resources, namespaces, owned } = options;
    this.apis = new Map(
      resources.map((resource) => [resource.plural, { resource, objects: this.followApis(resource) }]),
    );
    this.slices = new Collection(namespaces, (namespace) =>
      endpointSliceInformer(options, namespace, handlers.slice),
    );
    this.services = new Collection(namespaces, (namespace) =>
      serviceInformer(options, namespace, handlers.service),
    );
    for (const kind of owned) this.live.set(kind.kind, this.followOwned(kind, handlers.owned(kind)));
    const tell = (): void => {
      handlers.gatewayServices(this.gateways.list());
    };
    this.gateways = gatewayServiceInformer(options, options.gatewayService, {
      onUpsert: tell,
      onDelete: tell,
    });
  }

  /** Begins to follow. Resolves when every cache is filled. */
  async start(): Promise<void> {
    this.gateways.start();
    await Promise.all([...this.collections.map((each) => each.start()), this.gateways.synced]);
    // What was listed may have asked for them.
    await this.workloadsFollowed;
  }

  /** Begins to follow workloads, if it has not yet. Resolves when their caches are filled. */
  async followWorkloads(): Promise<void> {
    this.workloadsFollowed ??= Promise.all(
      this.options.workloads.map((kind) => {
        const workloads = this.followOwned(kind, this.handlers.workload(kind), keepWorkload);
        this.live.set(kind.kind, workloads);
        return workloads.start();
      }),
    );
    await this.workloadsFollowed;
  }

  stop(): void {
    this.gateways.stop();
    for (const each of this.collections) each.stop();
  }

  api(key: ObjectKey): ApiObject | undefined {
    const { plural, namespace, name } = splitKey(key);
    return this.apis.get(plural)?.objects.get(namespace, name);
  }

  apiKeys(): ObjectKey[] {
    return [...this.apis.values()].flatMap(({ resource, objects }) =>
      objects.list().map((object) => keyOf(resource, object)),
    );
  }

  /** Whether a Service, `namespace/name`, exists; undefined where that cannot be told. */
  serviceExists(service: string): boolean | undefined {
    const [namespace = "", name = ""] = service.split("/");
    if (this.services.get(namespace, name) !== undefined) return true;
    return this.services.hasList(namespace) ? false : undefined;
  }

  /** An object of a kind that components keep: null when there is none, undefined where that cannot be told. */
  owned(kind: string, namespace: string, name: string): LiveObject | null | undefined {
    const objects = this.live.get(kind);
    return objects?.get(namespace, name) ?? (objects?.hasList(namespace) ? null : undefined);
  }

  private get collections(): readonly Pick<Collection<never>, "start" | "stop">[] {
    const apis = [...this.apis.values()].map(({ objects }) => objects);
    return [...apis, this.slices, this.services, ...this.live.values()];
  }

  private followApis(resource: ApiResource): Collection<ApiObject> {
    const { onUpsert, onDelete } = this.handlers.api;
    return new Collection(this.options.namespaces, (namespace) =>
      apiInformer(this.options, resource, namespace, {
        onUpsert: (object) => {
          onUpsert(keyOf(resource, object), object);
        },
        onDelete: (object) => {
          onDelete(keyOf(resource, object), object);
        },
      }),
    );
  }

  private followOwned(
    kind: OwnedKind,
    handlers: Handlers<LiveObject>,
    keep: (object: LiveObject) => LiveObject = keepLive,
  ): Collection<LiveObject> {
    return new Collection(this.options.namespaces, (namespace) =>
      customInformer(this.options, kind, namespace, { ...handlers, keep, optional: true }),
    );
  }
}
