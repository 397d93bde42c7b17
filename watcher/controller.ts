// Wires the caches, the indexes and the queue to the reconciler.
import { ApiObjects } from "./apiObjects";
import { Backends } from "./backends";
import { ClusterCache } from "./clusterCache";
import { ComponentSummaries } from "./componentSummary";
import { DeclaredIndex } from "./declaredIndex";
import { type Documents } from "./documents";
import { CorrectionPace } from "./drift/correctionPace";
import { DriftDetector, type DriftMode } from "./drift/driftDetector";
import { isBehind, type PlatformSettings } from "./evaluate";
import { Evaluator } from "./evaluator";
import { EventHandlers } from "./eventHandlers";
import { EventRecorder } from "./events";
import { ForeignChanges, type EntityTagReader } from "./foreignChanges";
import { ClusterAddresses } from "./gatewayAddresses";
import { type GatewayCatalog, type GatewayType } from "./gatewayCatalog";
import { type TurnEngine } from "./instrumentedEngine";
import { KeyIndex } from "./keyIndex";
import { namespaceExists } from "./kube/client";
import { splitKey, type ApiResource, type ObjectKey } from "./kube/objects";
import { LeftOverEntities, type EntityRemover } from "./leftOvers";
import { MonitoringTargets } from "./monitoring/monitoringTargets";
import { ownedKinds, ROUTE_KIND, workloadKinds } from "./ownedKinds";
import { OnDemandDocuments } from "./onDemandDocuments";
import { Outcomes } from "./outcomes";
import { PlatformStacks } from "./platformStacks";
import { WorkQueue } from "./queue";
import { ReadinessIndex } from "./readiness";
import { Reconciler } from "./reconciler";
import { Removal } from "./removal";
import { Retries } from "./retries";
import { RouteClaims } from "./routeClaims";
import { type SourceContext } from "./sources";
import { StackRuns } from "./stackRuns";
import { StatusWriter } from "./statusWriter";
import { unservedKind } from "./unservedKind";

/** What a controller is made with. */
export interface ControllerOptions extends SourceContext {
  readonly resources: readonly ApiResource[];
  /** Namespaces to serve; undefined means all. */
  readonly namespaces: readonly string[] | undefined;
  readonly platform: PlatformSettings & { readonly gateways: GatewayCatalog };
  /** Whether what all APIs share at the Istio gateway is there, and not as the settings have it. */
  readonly sharedOutdated: boolean;
  /** `namespace/name` of the Service of the gateway; undefined finds it by its label. */
  readonly gatewayService: string | undefined;
  /** What happens to a resource that somebody changed. */
  readonly drift: DriftMode;
  readonly engine: TurnEngine;
  /** Reads entity tags at gateways outside the cluster. */
  readonly tags: EntityTagReader;
  /** Deletes entities there. */
  readonly remover: EntityRemover;
  /** Makes what reads the documents of APIs, and queues those whose document is another. */
  readonly createDocuments: (enqueue: (keys: readonly ObjectKey[]) => void) => Documents;
  /** Aborted when the watcher begins to shut down. */
  readonly closing: AbortSignal;
}

/** Serves the API objects of a cluster from `start` to `stop`. */
export class Controller {
  private readonly queue = new WorkQueue<ObjectKey>((key) => this.work(key), Infinity);
  private readonly statuses = new WorkQueue<ObjectKey>((key) => this.tellDuringRun(key), Infinity);
  private readonly claims = new RouteClaims();
  private readonly readiness = new ReadinessIndex();
  private readonly implementations = new KeyIndex();
  private readonly declared = new DeclaredIndex();
  private readonly monitoring = new MonitoringTargets();
  private readonly retries = new Retries();
  private readonly pace = new CorrectionPace();
  private readonly stopping = new AbortController();
  private readonly cache: ClusterCache;
  private readonly drift: DriftDetector;
  private readonly objects: ApiObjects;
  private readonly evaluator: Evaluator;
  private readonly platform: PlatformStacks;
  private readonly reconciler: Reconciler;
  private readonly summaries: ComponentSummaries;
  private readonly handlers: EventHandlers;
  private readonly addresses: ClusterAddresses;
  private readonly documents: OnDemandDocuments;
  private readonly outcomes: Outcomes;
  private started = false;

  constructor(private readonly options: ControllerOptions) {
    const { clients, resources, metrics, platform } = options;
    const { gateways } = platform;
    this.outcomes = new Outcomes(metrics, options.log);
    this.addresses = new ClusterAddresses(options.gatewayService, options.log);
    this.documents = new OnDemandDocuments(() => options.createDocuments((keys) => this.enqueue(keys)));
    const onStatusWrite = (): void => {
      metrics.statusWrites.inc();
    };
    this.objects = new ApiObjects(clients, resources, (key) => this.cache.api(key), onStatusWrite);
    this.drift = new DriftDetector((...name) => this.cache.owned(...name), options.drift);
    this.summaries = new ComponentSummaries({ ...options, api: (key) => this.objects.get(key) });
    const kinds = { owned: ownedKinds(gateways.istio), workloads: workloadKinds };
    this.handlers = this.createHandlers();
    this.cache = new ClusterCache({ ...options, ...kinds, ingresses: gateways.ingresses }, this.handlers);
    this.evaluator = new Evaluator({
      platform,
      objects: this.objects,
      claims: this.claims,
      monitoring: this.monitoring,
      declared: this.declared,
      cache: this.cache,
      backends: new Backends(this.cache, this.addresses),
      documents: this.documents,
      enqueue: (keys) => {
        this.enqueue(keys);
      },
    });
    this.platform = this.createPlatform();
    this.reconciler = this.createReconciler();
    gateways.onChange((type) => {
      this.settingsChanged(type);
    });
  }

  /** Starts to follow the cluster. Resolves when every cache is filled and the first objects are queued. */
  async start(): Promise<void> {
    await this.cache.start();
    // All claims are known before the first is judged: whoever served a route goes on serving it.
    this.evaluator.allListed();
    this.started = true;
    this.enqueue(this.everyApi());
    if (this.options.sharedOutdated) this.platform.outdated(this.options.platform.gateways.istio);
    await this.summaries.start();
  }

  /**
   * Takes no more work. Waits for runs under way; those that outlast `grace` milliseconds are asked to stop, save
   * their state and are waited for.
   */
  async stop(grace: number): Promise<void> {
    this.cache.stop();
    const timer = setTimeout(() => {
      this.stopping.abort();
    }, grace);
    await Promise.all([this.queue.close(), this.statuses.close()]);
    clearTimeout(timer);
    await Promise.all([this.summaries.stop(), this.documents.stop(), this.options.platform.gateways.stop()]);
  }

  private createHandlers(): EventHandlers {
    return new EventHandlers({
      ...this.options,
      claims: this.claims,
      readiness: this.readiness,
      implementations: this.implementations,
      declared: this.declared,
      monitoring: this.monitoring,
      drift: this.drift,
      retries: this.retries,
      summaries: this.summaries,
      api: (key) => this.objects.get(key),
      evaluate: (key, object) => this.evaluator.look(key, object),
      followWorkloads: () => {
        this.cache.followWorkloads();
      },
      gatewayServices: (services) => {
        if (this.addresses.servicesChanged(services)) this.enqueue(this.everyApi());
      },
      platformIngress: (id, ingress) => {
        if (this.addresses.ingressChanged(id, ingress)) this.enqueue(this.everyApi());
      },
      enqueue: (keys) => this.enqueue(keys),
    });
  }

  private createPlatform(): PlatformStacks {
    const { closing, engine, log } = this.options;
    return new PlatformStacks({
      engine,
      drift: this.drift,
      declared: this.declared,
      retries: this.retries,
      pace: this.pace,
      onDrift: this.countDrift,
      log,
      namespaceExists: (namespace) => namespaceExists(this.options.clients, namespace),
      unservedKind: (objects) => unservedKind(this.cache, this.options.clients, objects),
      follow: (objects) => {
        this.cache.follow(objects);
      },
      enqueue: (keys) => {
        this.enqueue(keys);
      },
      closing,
      stopping: this.stopping.signal,
    });
  }

  private readonly countDrift = (action: "corrected" | "reported"): void => {
    this.options.metrics.drift.inc({ action });
  };

  private createReconciler(): Reconciler {
    const { clients, engine, log, closing, platform, remover, tags } = this.options;
    const settingsOf: GatewayCatalog["find"] = (name) => platform.gateways.find(name);
    const shared = {
      objects: this.objects,
      claims: this.claims,
      retries: this.retries,
      drift: this.drift,
      platform: this.platform,
      log,
      enqueue: (keys: readonly ObjectKey[]) => {
        this.enqueue(keys);
      },
    };
    const around = {
      addresses: this.addresses,
      settingsOf,
      isReady: (service: string) => this.readiness.isReady(service),
      serviceExists: (service: string) => this.cache.serviceExists(service),
      portsOf: (service: string) => this.cache.portsOf(service),
      isRouteGone: (key: ObjectKey) => this.isRouteGone(key),
      overlaps: (key: ObjectKey) => this.claims.overlaps.overlaps(key),
    };
    const evaluate: Evaluator["evaluate"] = (key, object) => this.evaluator.evaluate(key, object);
    const events = new EventRecorder(clients, log);
    const status = new StatusWriter({ ...around, objects: this.objects, events });
    const runs = new StackRuns({
      ...shared,
      engine,
      foreign: new ForeignChanges(tags, log),
      leftOvers: new LeftOverEntities(remover, log),
      documents: this.documents,
      unservedKind: (objects) => unservedKind(this.cache, this.options.clients, objects),
      begins: (...run) => status.begins(...run),
      closing,
      stopping: this.stopping.signal,
    });
    const removal = new Removal({ ...shared, runs, status, events, evaluate });
    const forget: Evaluator["forget"] = (key) => {
      this.evaluator.forget(key);
    };
    const pacing = { pace: this.pace, onDrift: this.countDrift };
    return new Reconciler({ ...shared, ...pacing, runs, removal, status, events, evaluate, forget });
  }

  /** Routes carry the name of their API. */
  private isRouteGone(key: ObjectKey): boolean {
    const { namespace, name } = splitKey(key);
    return this.cache.owned(ROUTE_KIND, namespace, name) === null;
  }

  /** Every API of the gateway is looked at: what it asks for may be another route, or only now be known. */
  private settingsChanged(type: GatewayType): void {
    const { gateways } = this.options.platform;
    const settings = gateways.find(type);
    this.options.log.info({ gateway: type, known: settings !== undefined }, "settings of a gateway changed");
    if (settings !== undefined) this.platform.settingsChanged(settings);
    for (const key of this.cache.apiKeys()) {
      const object = this.objects.get(key);
      if (object !== undefined && isBehind(object, type, gateways.default))
        this.handlers.api.onUpsert(key, object);
    }
  }

  /** Keys of all API objects; none before every cache is filled, when none is queued. */
  private everyApi(): readonly ObjectKey[] {
    return this.started ? this.cache.apiKeys() : [];
  }

  /** Says whether it did: not before every cache is filled. */
  private enqueue(keys: readonly ObjectKey[]): boolean {
    if (!this.started) return false;
    for (const key of keys) {
      this.queue.add(key);
      // Its turn comes after the run; what is around it is told at once.
      if (this.reconciler.isRunning(key)) this.statuses.add(key);
    }
    return true;
  }

  private async tellDuringRun(key: ObjectKey): Promise<undefined> {
    try {
      await this.reconciler.tellDuringRun(key);
    } catch (error) {
      // The reconcile after the run writes it too.
      this.options.log.debug({ key, err: error }, "cannot write a status during a run");
    }
  }

  private work(key: ObjectKey): Promise<number | undefined> {
    return this.outcomes.of(key, () =>
      this.platform.isPlatform(key) ? this.platform.reconcile(key) : this.reconciler.reconcile(key),
    );
  }
}
