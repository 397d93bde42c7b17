// Wires the caches, the indexes and the queue to the reconciler.
import { type GatewayAddress } from "../components";
import { type Engine } from "../stack";
import { ApiObjects } from "./apiObjects";
import { Backoff } from "./backoff";
import { ClusterCache } from "./clusterCache";
import { ComponentSummaries } from "./componentSummary";
import { DeclaredIndex } from "./declaredIndex";
import { CorrectionPace } from "./drift/correctionPace";
import { DriftDetector, type DriftMode } from "./drift/driftDetector";
import { type PlatformSettings } from "./evaluate";
import { Evaluator } from "./evaluator";
import { EventHandlers } from "./eventHandlers";
import { EventRecorder } from "./events";
import { gatewayAddress, gatewayServiceNames } from "./gatewayAddress";
import { KeyIndex } from "./keyIndex";
import { namespaceExists, statusOf } from "./kube/client";
import { splitKey, type ApiResource, type ObjectKey } from "./kube/objects";
import { MonitoringTargets } from "./monitoring/monitoringTargets";
import { ownedKinds, ROUTE_KIND, workloadKinds } from "./ownedKinds";
import { PLATFORM_KEY, PlatformStack } from "./platformStack";
import { WorkQueue } from "./queue";
import { ReadinessIndex } from "./readiness";
import { Reconciler } from "./reconciler";
import { Removal } from "./removal";
import { Retries } from "./retries";
import { RouteClaims } from "./routeClaims";
import { type SourceContext } from "./sources";
import { StackRuns } from "./stackRuns";
import { StatusWriter } from "./statusWriter";

/** Delays after a reconcile that the API server cut short, in milliseconds. */
const API_BACKOFF = { base: 200, cap: 60_000 } as const;

/** What a controller is made with. */
export interface ControllerOptions extends SourceContext {
  readonly resources: readonly ApiResource[];
  /** Namespaces to serve; undefined means all. */
  readonly namespaces: readonly string[] | undefined;
  readonly platform: PlatformSettings;
  /** Whether what all APIs share at the gateway is there, and not as the settings have it. */
  readonly sharedOutdated: boolean;
  /** `namespace/name` of the Service of the gateway; undefined finds it by its label. */
  readonly gatewayService: string | undefined;
  /** What happens to a resource that somebody changed. */
  readonly drift: DriftMode;
  readonly engine: Engine;
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
  private readonly apiBackoffs = new Map<ObjectKey, Backoff>();
  private readonly stopping = new AbortController();
  private readonly cache: ClusterCache;
  private readonly drift: DriftDetector;
  private readonly objects: ApiObjects;
  private readonly evaluator: Evaluator;
  private readonly platform: PlatformStack;
  private readonly reconciler: Reconciler;
  private readonly summaries: ComponentSummaries;
  private address: GatewayAddress | undefined;
  private gatewayServices: readonly string[] = [];
  private started = false;

  constructor(private readonly options: ControllerOptions) {
    const { clients, resources, metrics, platform } = options;
    const onStatusWrite = (): void => {
      metrics.statusWrites.inc();
    };
    this.objects = new ApiObjects(clients, resources, (key) => this.cache.api(key), onStatusWrite);
    this.drift = new DriftDetector((...name) => this.cache.owned(...name), options.drift);
    this.summaries = new ComponentSummaries({ ...options, api: (key) => this.objects.get(key) });
    const kinds = { owned: ownedKinds(platform.gateway), workloads: workloadKinds };
    this.cache = new ClusterCache({ ...options, ...kinds }, this.createHandlers());
    this.evaluator = new Evaluator({
      platform,
      objects: this.objects,
      claims: this.claims,
      monitoring: this.monitoring,
      declared: this.declared,
      cache: this.cache,
      enqueue: (keys) => {
        this.enqueue(keys);
      },
    });
    this.platform = this.createPlatform();
    this.reconciler = this.createReconciler();
  }

  /** Starts to follow the cluster. Resolves when every cache is filled and the first objects are queued. */
  async start(): Promise<void> {
    await this.cache.start();
    // All claims are known before the first is judged: whoever served a route goes on serving it.
    this.evaluator.allListed();
    this.started = true;
    this.enqueue(this.everyApi());
    if (this.options.sharedOutdated) this.platform.outdated();
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
    await this.summaries.stop();
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
        this.gatewayChanged(gatewayAddress(services), gatewayServiceNames(services));
      },
      enqueue: (keys) => this.enqueue(keys),
    });
  }

  private createPlatform(): PlatformStack {
    const { closing, engine, log, platform } = this.options;
    return new PlatformStack({
      gateway: platform.gateway,
      engine,
      drift: this.drift,
      declared: this.declared,
      retries: this.retries,
      pace: this.pace,
      onDrift: this.countDrift,
      log,
      namespaceExists: (namespace) => namespaceExists(this.options.clients, namespace),
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
    const { clients, engine, gatewayService, log, closing } = this.options;
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
      address: () => this.address,
      gatewayService,
      gatewayServices: () => this.gatewayServices,
      isReady: (service: string) => this.readiness.isReady(service),
      serviceExists: (service: string) => this.cache.serviceExists(service),
      portsOf: (service: string) => this.cache.portsOf(service),
      isRouteGone: (key: ObjectKey) => this.isRouteGone(key),
      overlaps: (key: ObjectKey) => this.claims.overlaps.overlaps(key),
    };
    const evaluate: Evaluator["evaluate"] = (key, object) => this.evaluator.evaluate(key, object);
    const events = new EventRecorder(clients, log);
    const status = new StatusWriter({ ...around, objects: this.objects, events });
    const runs = new StackRuns({ ...shared, engine, closing, stopping: this.stopping.signal });
    const removal = new Removal({ ...shared, runs, status, events, evaluate });
    const pacing = { pace: this.pace, onDrift: this.countDrift };
    return new Reconciler({ ...shared, ...pacing, runs, removal, status, events, evaluate });
  }

  /** Routes carry the name of their API. */
  private isRouteGone(key: ObjectKey): boolean {
    const { namespace, name } = splitKey(key);
    return this.cache.owned(ROUTE_KIND, namespace, name) === null;
  }

  private gatewayChanged(address: GatewayAddress | undefined, services: readonly string[]): void {
    const { log } = this.options;
    const isNew = JSON.stringify(address) !== JSON.stringify(this.address);
    // Statuses name the Services while there is no address.
    const concerns = isNew || (address === undefined && services.join() !== this.gatewayServices.join());
    this.address = address;
    this.gatewayServices = services;
    if (!concerns) return;
    if (address !== undefined) log.info({ address }, "address of the gateway");
    else if (isNew) log.warn({ address: null, services }, "the gateway has no address any more");
    this.enqueue(this.everyApi());
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

  /** The one place that turns a result or an error into done, or into a delay. */
  private async work(key: ObjectKey): Promise<number | undefined> {
    const { log, metrics } = this.options;
    const stop = metrics.reconcileSeconds.startTimer();
    try {
      const { outcome, after } = await (key === PLATFORM_KEY
        ? this.platform.reconcile()
        : this.reconciler.reconcile(key));
      this.apiBackoffs.delete(key);
      metrics.reconciles.inc({ result: outcome });
      return after;
    } catch (error) {
      // The object is gone: the informer is about to say so.
      if (statusOf(error) === 404) {
        this.apiBackoffs.delete(key);
        metrics.reconciles.inc({ result: "done" });
        return undefined;
      }
      const conflict = statusOf(error) === 409;
      metrics.reconciles.inc({ result: conflict ? "retry" : "error" });
      const backoff = this.apiBackoffs.get(key) ?? new Backoff(API_BACKOFF);
      this.apiBackoffs.set(key, backoff);
      const delay = backoff.next();
      const context = { key, retryInMs: Math.round(delay), err: error };
      // The object changed while it was looked at: nothing is wrong.
      if (conflict) log.debug(context, "reconcile was overtaken");
      else log.error(context, "reconcile failed");
      return delay;
    } finally {
      stop();
    }
  }
}
