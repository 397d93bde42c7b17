// Event handlers of the informers: they keep the indexes in step and queue the keys concerned, nothing else.
import { type V1EndpointSlice, type V1Service } from "@kubernetes/client-node";
import { type ClusterHandlers } from "./clusterCache";
import { type ComponentSummaries } from "./componentSummary";
import { type DeclaredIndex } from "./declaredIndex";
import { type DriftDetector } from "./drift/driftDetector";
import { type LiveObject } from "./drift/liveObject";
import { claimOf, type Evaluation } from "./evaluate";
import { type KeyIndex } from "./keyIndex";
import { nameOf, type ApiObject, type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { type MonitoringTargets } from "./monitoring/monitoringTargets";
import { servicesOf } from "./observe";
import { type OwnedKind, type WorkloadKind } from "./ownedKinds";
import { type ReadinessIndex } from "./readiness";
import { type Retries } from "./retries";
import { type RouteClaims } from "./routeClaims";
import { type Handlers } from "./sources";
import { workloadOf } from "./monitoring/workload";

/** What the handlers keep in step, and whom they tell. */
export interface EventTargets {
  readonly claims: RouteClaims;
  readonly readiness: ReadinessIndex;
  readonly implementations: KeyIndex;
  readonly declared: DeclaredIndex;
  readonly monitoring: MonitoringTargets;
  readonly drift: DriftDetector;
  readonly retries: Retries;
  readonly summaries: ComponentSummaries;
  readonly log: Logger;
  /** The newest known state of an API object, or undefined when there is none. */
  readonly api: (key: ObjectKey) => ApiObject | undefined;
  /** What an object asks for, whatever is around it. */
  readonly evaluate: (key: ObjectKey, object: ApiObject) => Evaluation;
  /** Has workloads followed, if they are not yet. */
  readonly followWorkloads: () => void;
  readonly gatewayServices: (services: readonly V1Service[]) => void;
  /** An Ingress of the platform, `namespace/name`, is new or has changed; undefined for one that is gone. */
  readonly platformIngress: (id: string, ingress: LiveObject | undefined) => void;
  /** Queues keys. Says whether it did: not before every cache is filled. */
  readonly enqueue: (keys: readonly ObjectKey[]) => boolean;
}

/** Notes what changed. An event costs the number of objects that it concerns, never the number there are. */
export class EventHandlers implements ClusterHandlers {
  constructor(private readonly targets: EventTargets) {}

  readonly api = {
    onUpsert: (key: ObjectKey, cached: ApiObject): void => {
      try {
        this.apiChanged(key, this.targets.api(key) ?? cached);
      } catch (error) {
        // A bug that one object brings to light must not end the informer of all: its reconcile meets it again.
        this.targets.log.error({ key, err: error }, "cannot take in a change");
      }
      this.targets.enqueue([key]);
    },
    onDelete: (key: ObjectKey): void => {
      const { claims, declared, enqueue, implementations, monitoring, summaries } = this.targets;
      summaries.apiRemoved(key);
      declared.set(key, []);
      implementations.set(key, []);
      enqueue(monitoring.removeApi(key));
      if (!enqueue([key])) claims.remove(key);
    },
  };

  readonly slice: Handlers<V1EndpointSlice> = {
    onUpsert: (slice) => {
      this.servicesChanged(this.targets.readiness.set(slice));
    },
    onDelete: (slice) => {
      this.servicesChanged(this.targets.readiness.remove(slice));
    },
  };

  readonly service: Handlers<V1Service> = {
    onUpsert: (service) => {
      const { enqueue, monitoring } = this.targets;
      const { selector = {}, ports = [] } = service.spec ?? {};
      enqueue(monitoring.setService({ ...identityOf(service), selector, ports }));
      this.servicesChanged([nameOf(service)]);
    },
    onDelete: (service) => {
      const { enqueue, monitoring } = this.targets;
      const { namespace, name } = identityOf(service);
      enqueue(monitoring.removeService(namespace, name));
      this.servicesChanged([nameOf(service)]);
    },
  };

  readonly owned = ({ kind }: OwnedKind): Handlers<LiveObject> => ({
    onUpsert: (object) => {
      this.targets.drift.noticed(kind, object);
      this.targets.enqueue(this.declaring(kind, object));
    },
    onDelete: (object) => {
      const { drift, enqueue, retries } = this.targets;
      drift.noticedDeletion(kind, object);
      const keys = this.declaring(kind, object);
      // It may have been what stood in the way.
      for (const key of keys) retries.hasten(key);
      enqueue(keys);
    },
  });

  readonly workload = ({ kind }: WorkloadKind): Handlers<LiveObject> => ({
    onUpsert: (object) => {
      const { drift, enqueue, monitoring } = this.targets;
      drift.noticed(kind, object);
      enqueue(monitoring.setWorkload(workloadOf(kind, object)));
    },
    onDelete: (object) => {
      const { drift, enqueue, monitoring } = this.targets;
      const { namespace, name } = identityOf(object);
      drift.noticedDeletion(kind, object);
      enqueue(monitoring.removeWorkload(kind, namespace, name));
    },
  });

  readonly workloadsListed = (namespace: string | undefined): void => {
    this.targets.enqueue(this.targets.monitoring.apisAskingFor(namespace));
  };

  /** What was changed while nobody looked may come without an event. */
  readonly ownedCurrent = ({ kind }: OwnedKind): void => {
    this.targets.enqueue(this.targets.declared.apisWith(kind));
  };

  readonly gatewayServices = (services: readonly V1Service[]): void => {
    this.targets.gatewayServices(services);
  };

  readonly platformIngress: Handlers<LiveObject> = {
    onUpsert: (ingress) => {
      this.targets.platformIngress(nameOf(ingress), ingress);
    },
    onDelete: (ingress) => {
      this.targets.platformIngress(nameOf(ingress), undefined);
    },
  };

  private apiChanged(key: ObjectKey, object: ApiObject): void {
    const { claims, enqueue, followWorkloads, implementations, monitoring, summaries } = this.targets;
    summaries.apiChanged(key, object);
    const evaluation = this.targets.evaluate(key, object);
    enqueue(claims.set(key, claimOf(object, evaluation)));
    implementations.set(key, servicesOf(key, object, evaluation));
    // What one that is alive asks to be announced is taken in when it is evaluated to be served, with all claims known.
    if (object.metadata?.deletionTimestamp !== undefined) enqueue(monitoring.setApi(key, undefined));
    const variant = evaluation.settings?.monitoring;
    if (variant !== undefined && variant.type !== "ServiceMonitor") followWorkloads();
  }

  /** Who has declared an object, whatever became of its owner references. */
  private declaring(kind: string, object: LiveObject): readonly ObjectKey[] {
    return this.targets.declared.apisOf({ kind, ...identityOf(object) });
  }

  private servicesChanged(services: readonly string[]): void {
    for (const service of services) this.targets.enqueue(this.targets.implementations.apisOf(service));
  }
}

function identityOf({ metadata }: V1Service | LiveObject): { namespace: string; name: string } {
  return { namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" };
}
