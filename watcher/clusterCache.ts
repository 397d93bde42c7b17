// What the watcher knows of the cluster: a cache for every collection it follows.
import { type V1EndpointSlice, type V1Service } from "@kubernetes/client-node";
import { type OwnedObject } from "../components";
import { keepLive, type LiveObject } from "./drift/liveObject";
import { Collection } from "./kube/collection";
import { type Informer, type InformerOptions } from "./kube/informer";
import { keyOf, splitKey, type ApiObject, type ApiResource, type ObjectKey } from "./kube/objects";
import {
  apiInformer,
  customInformer,
  endpointSliceInformer,
  gatewayServiceInformer,
  ingressInformer,
  serviceInformer,
  type Handlers,
  type SourceContext,
} from "./sources";
import { type IngressName } from "./gatewayCatalog";
import { keepIngress } from "./ingress";
import { keepWorkload } from "./monitoring/workload";
import { policyKinds, type OwnedKind, type WorkloadKind } from "./ownedKinds";

/** What a cache is made with. */
export interface ClusterCacheOptions extends SourceContext {
  readonly resources: readonly ApiResource[];
  /** Namespaces to follow; undefined means all. */
  readonly namespaces: readonly string[] | undefined;
  /** `namespace/name` of the Service of the gateway; undefined finds it by its label. */
  readonly gatewayService: string | undefined;
  /** Ingresses of the platform. */
  readonly ingresses: readonly IngressName[];
  /** The kinds of which most APIs have objects. */
  readonly owned: readonly OwnedKind[];
  /** The kinds on whose pod templates components set annotations; followed once that is asked for. */
  readonly workloads: readonly WorkloadKind[];
}

/** Whom a cache tells. Each is called after the cache holds the change. */
export interface ClusterHandlers {
  readonly api: {
    readonly onUpsert: (key: ObjectKey, object: ApiObject) => void;
    readonly onDelete: (key: ObjectKey) => void;
  };
  readonly slice: Handlers<V1EndpointSlice>;
  readonly service: Handlers<V1Service>;
  readonly owned: (kind: OwnedKind) => Handlers<LiveObject>;
  /** Objects of a kind that components keep can be judged now, which may not have been so before. */
  readonly ownedCurrent: (kind: OwnedKind) => void;
  readonly workload: (kind: WorkloadKind) => Handlers<LiveObject>;
  /** The workloads of a namespace are known now; of all, where it is undefined. */
  readonly workloadsListed: (namespace: string | undefined) => void;
  /** All Services of gateways there are now. */
  readonly gatewayServices: (services: readonly V1Service[]) => void;
  readonly platformIngress: Handlers<LiveObject>;
}

/** Milliseconds within which workloads can be listed, unless something is wrong. */
const WORKLOADS_WITHIN = 10_000;

/** Follows the cluster from `start` to `stop`. */
export class ClusterCache {
  private readonly apis: ReadonlyMap<string, { resource: ApiResource; objects: Collection<ApiObject> }>;
  private readonly slices: Collection<V1EndpointSlice>;
  private readonly services: Collection<V1Service>;
  private readonly gateways: Informer<V1Service>;
  private readonly ingresses: readonly Informer<LiveObject>[];
  private readonly live = new Map<string, Collection<LiveObject>>();
  private readonly selectors = new Map<string, Readonly<Record<string, string>>>();
  private workloads: { readonly since: number; readonly listed: Promise<unknown> } | undefined;

  constructor(
    private readonly options: ClusterCacheOptions,
    private readonly handlers: ClusterHandlers,
  ) {
    const { ingresses, resources, namespaces, owned } = options;
    this.apis = new Map(
      resources.map((resource) => [resource.plural, { resource, objects: this.followApis(resource) }]),
    );
    this.slices = new Collection(namespaces, (namespace) =>
      endpointSliceInformer(options, namespace, handlers.slice),
    );
    this.services = new Collection(namespaces, (namespace) =>
      serviceInformer(options, namespace, handlers.service),
    );
    for (const kind of owned) {
      this.live.set(kind.kind, this.followOptional(kind, namespaces));
    }
    this.ingresses = ingresses.map((ingress) => ingressInformer(options, ingress, handlers.platformIngress));
    const tell = (): void => {
      handlers.gatewayServices(this.gateways.list());
    };
    this.gateways = gatewayServiceInformer(options, options.gatewayService, {
      onUpsert: tell,
      onDelete: tell,
    });
  }

  /**
   * Begins to follow. Resolves when every cache is filled; those of workloads, which few APIs need, are waited for only
   * so long as they are about to be.
   */
  async start(): Promise<void> {
    const single = [this.gateways, ...this.ingresses];
    for (const each of single) each.start();
    await Promise.all([
      ...this.collections.map((each) => each.start()),
      ...single.map(({ synced }) => synced),
    ]);
    // What was listed may have asked for them.
    if (this.workloads !== undefined) await within(WORKLOADS_WITHIN, this.workloads.listed);
  }

  /** Begins to follow objects of the kinds of policies where these are, if it has not yet. */
  follow(objects: readonly OwnedObject[]): void {
    for (const { apiVersion, kind, namespace } of objects) {
      const policy = policyKinds[kind];
      if (policy === undefined) continue;
      const { plural, place } = policy;
      const [group = "", version = ""] = apiVersion.split("/");
      const followed = this.live.get(kind) ?? this.followOptional({ kind, group, version, plural }, []);
      this.live.set(kind, followed);
      followed.follow(place === "api" && this.options.namespaces === undefined ? undefined : namespace);
    }
  }

  /** Begins to follow workloads, if it has not yet. */
  followWorkloads(): void {
    if (this.workloads !== undefined) return;
    const followed = this.options.workloads.map((kind) => {
      const objects = this.followOwned(kind, this.options.namespaces, {
        ...this.handlers.workload(kind),
        keep: keepWorkload,
      });
      this.live.set(kind.kind, objects);
      return objects;
    });
    const listed = Promise.all([
      ...followed.map((objects) => objects.start()),
      ...(this.options.namespaces ?? [undefined]).map(async (namespace) => {
        await Promise.all(followed.map((objects) => objects.filled(namespace)));
        this.handlers.workloadsListed(namespace);
      }),
    ]);
    listed.catch((error: unknown) => {
      this.options.log.error({ err: error }, "cannot take in workloads");
    });
    this.workloads = { since: Date.now(), listed };
  }

  /** Whether every workload of a namespace is known; what the cache does not hold does not exist. */
  workloadsKnown(namespace: string): boolean {
    return (
      this.workloads !== undefined &&
      this.options.workloads.every(({ kind }) => this.live.get(kind)?.hasList(namespace))
    );
  }

  /** Whether workloads that are not known yet ought to be by now. */
  get workloadsOverdue(): boolean {
    return this.workloads !== undefined && Date.now() - this.workloads.since >= WORKLOADS_WITHIN;
  }

  stop(): void {
    for (const each of [this.gateways, ...this.ingresses]) each.stop();
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

  /** The numbers of the ports of a Service, `namespace/name`; none where it is not known. */
  portsOf(service: string): readonly number[] {
    const [namespace = "", name = ""] = service.split("/");
    return (this.services.get(namespace, name)?.spec?.ports ?? []).map(({ port }) => port);
  }

  /**
   * Labels by which a Service, `namespace/name`, selects its Pods; undefined where it has none. Of one that is gone, those
   * that were asked for last: its Pods are still there, and it may be about to be made anew.
   */
  selectorOf(service: string): Readonly<Record<string, string>> | undefined {
    const [namespace = "", name = ""] = service.split("/");
    const found = this.services.get(namespace, name);
    if (found === undefined) return this.selectors.get(service);
    const { selector = {} } = found.spec ?? {};
    if (Object.keys(selector).length === 0) {
      this.selectors.delete(service);
      return undefined;
    }
    this.selectors.set(service, selector);
    return selector;
  }

  /** An object of a kind that components keep: null when there is none, undefined where that cannot be told. */
  owned(kind: string, namespace: string, name: string): LiveObject | null | undefined {
    const objects = this.live.get(kind);
    return objects?.isCurrent(namespace) ? (objects.get(namespace, name) ?? null) : undefined;
  }

  /**
   * An Ingress as it was last seen: null where there is none, undefined while that cannot be told, and `"unreadable"`
   * where it never can.
   */
  ingress(namespace: string, name: string): LiveObject | null | undefined | "unreadable" {
    const objects = this.live.get("Ingress");
    const found = objects?.get(namespace, name);
    if (found !== undefined) return found;
    if (objects?.hasList(namespace)) return null;
    return objects?.absence(namespace) === undefined ? undefined : "unreadable";
  }

  /** The first of these objects whose kind the cluster did not serve when it was last looked for. */
  ofUnservedKind(objects: readonly OwnedObject[]): OwnedObject | undefined {
    return objects.find(({ kind, namespace }) => this.live.get(kind)?.absence(namespace) === "not served");
  }

  /** The kind of an object is served after all. */
  nowServed({ kind, namespace }: OwnedObject): void {
    this.live.get(kind)?.hurry(namespace);
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
          onDelete(keyOf(resource, object));
        },
      }),
    );
  }

  /** A collection that the cluster may not serve, or that may not be read. */
  private followOptional(kind: OwnedKind, namespaces: readonly string[] | undefined): Collection<LiveObject> {
    return this.followOwned(kind, namespaces, {
      ...this.handlers.owned(kind),
      ...(kind.kind === "Ingress" ? { keep: keepIngress } : {}),
      optional: true,
      onCurrent: () => {
        this.handlers.ownedCurrent(kind);
      },
    });
  }

  private followOwned(
    kind: OwnedKind,
    namespaces: readonly string[] | undefined,
    options: Handlers<LiveObject> & Pick<InformerOptions<LiveObject>, "keep" | "optional" | "onCurrent">,
  ): Collection<LiveObject> {
    return new Collection(namespaces, (namespace) =>
      customInformer(this.options, kind, namespace, { keep: keepLive, ...options }),
    );
  }
}

/** Resolves with a promise, or after so many milliseconds. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([promise, expired]);
  clearTimeout(timer);
}
