// Wires informers, indexes and the queue to the reconciler. Handlers only note what changed and add keys.
import { type GatewayAddress, type GatewaySettings } from "../components";
import { type Engine } from "../stack";
import { ApiObjects } from "./apiObjects";
import { Backoff } from "./backoff";
import { claimOf, evaluate } from "./evaluate";
import { EventRecorder } from "./events";
import { gatewayAddress } from "./gatewayAddress";
import { ImplementationIndex } from "./implementationIndex";
import { statusOf } from "./kube/client";
import { type Informer } from "./kube/informer";
import { keyOf, splitKey, type ApiObject, type ApiResource, type ObjectKey } from "./kube/objects";
import { readApplied } from "./ownStatus";
import { WorkQueue } from "./queue";
import { ReadinessIndex } from "./readiness";
import { Reconciler } from "./reconciler";
import { Retries } from "./retries";
import { RouteClaims } from "./routeClaims";
import { apiInformer, endpointSliceInformer, gatewayServiceInformer, type SourceContext } from "./sources";

/** Delays after a reconcile that the API server cut short, in milliseconds. */
const API_BACKOFF = { base: 200, cap: 60_000 } as const;

/** What a controller is made with. */
export interface ControllerOptions extends SourceContext {
  readonly resources: readonly ApiResource[];
  /** Namespaces to serve; undefined means all. */
  readonly namespaces: readonly string[] | undefined;
  readonly gateway: GatewaySettings;
  readonly engine: Engine;
  /** Aborted when the watcher begins to shut down. */
  readonly closing: AbortSignal;
}

/** Serves the API objects of a cluster from `start` to `stop`. */
export class Controller {
  private readonly queue = new WorkQueue<ObjectKey>((key) => this.work(key), Infinity);
  private readonly claims = new RouteClaims();
  private readonly readiness = new ReadinessIndex();
  private readonly implementations = new ImplementationIndex();
  private readonly apiBackoffs = new Map<ObjectKey, Backoff>();
  private readonly stopping = new AbortController();
  private readonly apiInformers = new Map<string, Informer<ApiObject>>();
  private readonly informers: Informer<object>[] = [];
  private readonly objects: ApiObjects;
  private readonly reconciler: Reconciler;
  private address: GatewayAddress | undefined;
  private started = false;

  constructor(private readonly options: ControllerOptions) {
    const { clients, resources, log, metrics, engine, gateway } = options;
    this.objects = new ApiObjects(
      clients,
      resources,
      (key) => this.cached(key),
      () => {
        metrics.statusWrites.inc();
      },
    );
    this.reconciler = new Reconciler({
      objects: this.objects,
      engine,
      claims: this.claims,
      retries: new Retries(),
      events: new EventRecorder(clients, log),
      log,
      gateway,
      address: () => this.address,
      isReady: (service) => this.readiness.isReady(service),
      enqueue: (keys) => {
        this.enqueue(keys);
      },
      closing: options.closing,
      stopping: this.stopping.signal,
    });
  }

  /** Starts to follow the cluster. Resolves when every cache is filled and the first objects are queued. */
  async start(): Promise<void> {
    this.createInformers();
    for (const informer of this.informers) informer.start();
    await Promise.all(this.informers.map(({ synced }) => synced));
    // All claims are known before the first is judged: whoever served a route goes on serving it.
    this.started = true;
    this.enqueue(this.keys());
  }

  /**
   * Takes no more work. Waits for runs under way; those that outlast `grace` milliseconds are asked to stop, save
   * their state and are waited for.
   */
  async stop(grace: number): Promise<void> {
    for (const informer of this.informers) informer.stop();
    const timer = setTimeout(() => {
      this.stopping.abort();
    }, grace);
    await this.queue.close();
    clearTimeout(timer);
  }

  private createInformers(): void {
    const { resources, namespaces } = this.options;
    for (const namespace of namespaces ?? [undefined]) {
      for (const resource of resources) this.followApis(resource, namespace);
      this.informers.push(
        endpointSliceInformer(this.options, namespace, {
          onUpsert: (slice) => {
            this.readinessChanged(this.readiness.set(slice));
          },
          onDelete: (slice) => {
            this.readinessChanged(this.readiness.remove(slice));
          },
        }),
      );
    }
    const services = gatewayServiceInformer(this.options, {
      onUpsert: () => {
        this.addressChanged(gatewayAddress(services.list()));
      },
      onDelete: () => {
        this.addressChanged(gatewayAddress(services.list()));
      },
    });
    this.informers.push(services);
  }

  private followApis(resource: ApiResource, namespace: string | undefined): void {
    const informer = apiInformer(this.options, resource, namespace, {
      onUpsert: (object) => {
        const key = keyOf(resource, object);
        try {
          this.objectChanged(key);
        } catch (error) {
          // A bug that one object brings to light must not end the informer of all: its reconcile meets it again.
          this.options.log.error({ key, err: error }, "cannot take in a change");
          this.enqueue([key]);
        }
      },
      onDelete: (object) => {
        const key = keyOf(resource, object);
        this.implementations.set(key, undefined);
        if (this.started) this.enqueue([key]);
        else this.claims.remove(key);
      },
    });
    this.apiInformers.set(`${resource.plural}/${namespace ?? ""}`, informer);
    this.informers.push(informer);
  }

  private objectChanged(key: ObjectKey): void {
    const object = this.objects.get(key);
    if (object === undefined) return;
    const evaluation = evaluate(this.objects.resource(key), object, this.options.gateway);
    const released = this.claims.set(key, claimOf(object, evaluation));
    const service = evaluation.api?.implementation ?? readApplied(object.status).implementation;
    this.implementations.set(
      key,
      service === undefined ? undefined : `${splitKey(key).namespace}/${service}`,
    );
    this.enqueue([key, ...released]);
  }

  private readinessChanged(service: string | undefined): void {
    if (service !== undefined) this.enqueue(this.implementations.apisOf(service));
  }

  private addressChanged(address: GatewayAddress | undefined): void {
    if (JSON.stringify(address) === JSON.stringify(this.address)) return;
    this.options.log.info({ address }, "address of the gateway");
    this.address = address;
    this.enqueue(this.keys());
  }

  private enqueue(keys: readonly ObjectKey[]): void {
    if (!this.started) return;
    for (const key of keys) this.queue.add(key);
  }

  private keys(): ObjectKey[] {
    return this.options.resources.flatMap((resource) =>
      [...this.apiInformers]
        .filter(([name]) => name.startsWith(`${resource.plural}/`))
        .flatMap(([, informer]) => informer.list().map((object) => keyOf(resource, object))),
    );
  }

  private cached(key: ObjectKey): ApiObject | undefined {
    const { plural, namespace, name } = splitKey(key);
    const informer = this.apiInformers.get(`${plural}/${namespace}`) ?? this.apiInformers.get(`${plural}/`);
    return informer?.get(namespace, name);
  }

  /** The one place that turns a result or an error into done, or into a delay. */
  private async work(key: ObjectKey): Promise<number | undefined> {
    const { log, metrics } = this.options;
    const stop = metrics.reconcileSeconds.startTimer();
    try {
      const result = await this.reconciler.reconcile(key);
      this.apiBackoffs.delete(key);
      metrics.reconciles.inc({ result: result.outcome });
      return result.outcome === "retry" ? result.after : undefined;
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
