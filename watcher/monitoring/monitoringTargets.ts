// Which workloads announce the metrics of an API by annotations, and what each announces. No client, no informer: who
// follows the cluster tells what changed, and asks.
import { isDeepStrictEqual } from "node:util";
import { type MonitoringSettings, type MonitoringType, type ScrapedEndpoint } from "../../components";
import { type BasicAuth } from "../../spec";
import { announcement, type Announcement, type Contender } from "./announcement";
import { ImplementationIndex } from "../implementationIndex";
import { type ObjectKey } from "../kube/objects";
import { podPort } from "./podPort";
import { WorkloadSelection, type SelectingService, type Workload } from "./workloadSelection";

/** What a metrics API asks for. */
export interface MonitoringWish {
  readonly type: MonitoringType;
  readonly namespace: string;
  /** Name of the Service, `spec.implementation`. */
  readonly service: string;
  readonly port: number;
  readonly path: string;
  readonly basicAuth?: BasicAuth | undefined;
  /** Creation time of the object, RFC 3339: where APIs share a workload the oldest decides. */
  readonly since: string;
}

/** Why metrics are not, or not wholly, announced as an API asks. */
export type MonitoringProblem =
  | { readonly type: "NoService" | "NoWorkload"; readonly service: string }
  /** The workload announces something else, for an older API. */
  | { readonly type: "Taken"; readonly by: ObjectKey; readonly workload: Pick<Workload, "kind" | "name"> }
  /** The endpoint is announced, but the variant cannot say how to log in to it. */
  | { readonly type: "BasicAuthNotSupported" };

/** What to announce for an API, and what of its wish cannot be. */
export interface MonitoringOutcome {
  readonly settings: MonitoringSettings;
  readonly problem?: MonitoringProblem;
}

/**
 * Index of the metrics APIs, their Services and the workloads behind these. An operation costs the number of objects
 * it concerns.
 */
export class MonitoringTargets {
  private readonly wishes = new Map<ObjectKey, MonitoringWish>();
  private readonly apis = new ImplementationIndex();
  private readonly selection = new WorkloadSelection();

  /**
   * Sets what an API asks for; undefined when it is gone, or not monitored.
   *
   * @returns the APIs whose outcome may be another now, this one among them
   */
  setApi(key: ObjectKey, wish: MonitoringWish | undefined): readonly ObjectKey[] {
    if (isDeepStrictEqual(this.wishes.get(key), wish)) return [];
    return this.change(
      () => [key, ...this.apisSharing(key)],
      () => {
        this.apis.set(key, wish === undefined ? [] : [serviceOf(wish)]);
        if (wish === undefined) this.wishes.delete(key);
        else this.wishes.set(key, wish);
      },
    );
  }

  /** Takes in a Service. Returns keys as {@link setApi} does: none where nothing that counts here is new. */
  setService({ namespace, name, selector, ports }: SelectingService): readonly ObjectKey[] {
    const known = ports.map(({ port, targetPort }) => ({ port, targetPort }));
    return this.replaceService(`${namespace}/${name}`, { namespace, name, selector, ports: known });
  }

  /** Forgets a Service. Returns keys as {@link setApi} does. */
  removeService(namespace: string, name: string): readonly ObjectKey[] {
    return this.replaceService(`${namespace}/${name}`, undefined);
  }

  /** Takes in a workload. Returns keys as {@link setService} does. */
  setWorkload({ kind, namespace, name, labels, containers }: Workload): readonly ObjectKey[] {
    const known = containers.map((container) => ({
      name: container.name,
      ports: container.ports.map((port) => ({ name: port.name, containerPort: port.containerPort })),
    }));
    const workload = { kind, namespace, name, labels, containers: known };
    return this.replaceWorkload(`${kind}/${namespace}/${name}`, workload);
  }

  /** Forgets a workload. Returns keys as {@link setApi} does. */
  removeWorkload(kind: Workload["kind"], namespace: string, name: string): readonly ObjectKey[] {
    return this.replaceWorkload(`${kind}/${namespace}/${name}`, undefined);
  }

  /** The APIs that have to do with what a workload announces. */
  apisAnnouncedOn(kind: Workload["kind"], namespace: string, name: string): readonly ObjectKey[] {
    return this.apisOn(this.selection.workload(`${kind}/${namespace}/${name}`));
  }

  /** What to announce for an API; undefined for one that asks for nothing. */
  outcome(key: ObjectKey): MonitoringOutcome | undefined {
    const wish = this.wishes.get(key);
    if (wish === undefined) return undefined;
    const { type } = wish;
    if (type === "ServiceMonitor") return { settings: { type } };
    const announced = this.selection.workloadsOf(serviceOf(wish)).flatMap((workload) => {
      const found = announcement(this.contenders(workload));
      return found === undefined ? [] : [{ workload, announcement: found }];
    });
    const workloads = announced
      .filter(({ announcement: { by } }) => by === key)
      .map(({ workload: { kind, name }, announcement: { endpoints } }) => ({ kind, name, endpoints }));
    const problem = this.problemOf(key, wish, announced);
    return { settings: { type, workloads }, ...(problem === undefined ? {} : { problem }) };
  }

  private problemOf(
    key: ObjectKey,
    wish: MonitoringWish,
    announced: readonly Announced[],
  ): MonitoringProblem | undefined {
    const { type, service, basicAuth } = wish;
    if (announced.length === 0) {
      const exists = this.selection.service(serviceOf(wish)) !== undefined;
      return { type: exists ? "NoWorkload" : "NoService", service };
    }
    const taken = announced.find(({ announcement: { of } }) => !of.has(key));
    if (taken !== undefined) {
      const { kind, name } = taken.workload;
      return { type: "Taken", by: taken.announcement.by, workload: { kind, name } };
    }
    const unsupported = type === "PrometheusAnnotations" && basicAuth !== undefined;
    return unsupported ? { type: "BasicAuthNotSupported" } : undefined;
  }

  /** The APIs that want annotations on a workload. */
  private contenders(workload: Workload): readonly Contender[] {
    return this.selection.servicesOf(workload).flatMap((service) =>
      this.apis.apisOf(`${service.namespace}/${service.name}`).flatMap((key) => {
        const wish = this.wishes.get(key);
        if (wish === undefined || wish.type === "ServiceMonitor") return [];
        const endpoint = endpointOf(wish, service, workload);
        return endpoint === undefined ? [] : [{ key, type: wish.type, since: wish.since, endpoint }];
      }),
    );
  }

  private replaceService(id: string, service: SelectingService | undefined): readonly ObjectKey[] {
    if (isDeepStrictEqual(this.selection.service(id), service)) return [];
    return this.change(
      () => this.apisBehind(id),
      () => {
        this.selection.setService(id, service);
      },
    );
  }

  private replaceWorkload(id: string, workload: Workload | undefined): readonly ObjectKey[] {
    if (isDeepStrictEqual(this.selection.workload(id), workload)) return [];
    return this.change(
      () => this.apisOn(this.selection.workload(id)),
      () => {
        this.selection.setWorkload(id, workload);
      },
    );
  }

  /** Applies a change. Returns whom it concerns, by how things were before it and are after it. */
  private change(concerned: () => readonly ObjectKey[], apply: () => void): readonly ObjectKey[] {
    const before = concerned();
    apply();
    return [...new Set([...before, ...concerned()])];
  }

  /** The APIs on the workloads of an API. */
  private apisSharing(key: ObjectKey): readonly ObjectKey[] {
    const wish = this.wishes.get(key);
    return wish === undefined ? [] : this.apisBehind(serviceOf(wish));
  }

  /** The APIs that a Service implements, and those on the same workloads. */
  private apisBehind(service: string): readonly ObjectKey[] {
    const shared = this.selection.workloadsOf(service).flatMap((workload) => this.apisOn(workload));
    return [...this.apis.apisOf(service), ...shared];
  }

  private apisOn(workload: Workload | undefined): readonly ObjectKey[] {
    if (workload === undefined) return [];
    const services = this.selection.servicesOf(workload);
    return services.flatMap(({ namespace, name }) => this.apis.apisOf(`${namespace}/${name}`));
  }
}

interface Announced {
  readonly workload: Workload;
  readonly announcement: Announcement;
}

function serviceOf({ namespace, service }: MonitoringWish): string {
  return `${namespace}/${service}`;
}

function endpointOf(
  { namespace, port, path, basicAuth }: MonitoringWish,
  service: SelectingService,
  workload: Workload,
): ScrapedEndpoint | undefined {
  const found = podPort(port, service.ports, workload.containers);
  if (found === undefined) return undefined;
  return { ...found, path, ...(basicAuth === undefined ? {} : { basicAuth: { namespace, ...basicAuth } }) };
}
