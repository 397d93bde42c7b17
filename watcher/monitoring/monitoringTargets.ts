// Which workloads announce the metrics of an API by annotations, and what each announces. No client, no informer: who
// follows the cluster tells what changed, and asks.
import { isDeepStrictEqual } from "node:util";
import {
  MAX_CONTAINER_NAME,
  type MonitoringSettings,
  type MonitoringType,
  type ScrapedEndpoint,
} from "../../components";
import { type BasicAuth } from "../../spec";
import { announcement, type Announcement, type Contender } from "./announcement";
import { FieldHolders } from "./fieldHolders";
import { KeyIndex } from "../keyIndex";
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
  | { readonly type: "Taken"; readonly by: ObjectKey; readonly workload: WorkloadName }
  /** Whatever the workload announces, it is what another API has set, and has yet to give back. */
  | { readonly type: "Kept"; readonly by: ObjectKey; readonly workload: WorkloadName }
  /** The name of the container that serves the metrics is too long for an annotation. */
  | { readonly type: "ContainerNotSupported"; readonly container: string; readonly workload: WorkloadName }
  /** The endpoint is announced, but the variant cannot say how to log in to it. */
  | { readonly type: "BasicAuthNotSupported" };

type WorkloadName = Pick<Workload, "kind" | "name">;

/** What to announce for an API, and what of its wish cannot be. */
export interface MonitoringOutcome {
  readonly settings: MonitoringSettings;
  /** Another API, which announces the metrics of this one along with its own. */
  readonly announcedBy?: ObjectKey;
  readonly problem?: MonitoringProblem;
}

/**
 * Index of the metrics APIs, their Services and the workloads behind these. An operation costs the number of objects
 * it concerns.
 */
export class MonitoringTargets {
  private readonly wishes = new Map<ObjectKey, MonitoringWish>();
  private readonly apis = new KeyIndex();
  private readonly selection = new WorkloadSelection();
  private readonly holders = new FieldHolders();
  /** What workloads announce, by their ids: worked out when it is asked for, until something changes there. */
  private readonly announcements = new Map<string, Announcement | undefined>();

  /**
   * Sets what an API asks for. Undefined for one that asks for nothing, or of which that cannot be told, or that is not
   * to be served: it wins no workload, but where it has set annotations nobody else does until it has given them back.
   *
   * @returns the APIs whose outcome may be another now, this one among them
   */
  setApi(key: ObjectKey, wish: MonitoringWish | undefined): readonly ObjectKey[] {
    if (this.holders.hasApi(key) && isDeepStrictEqual(this.wishes.get(key), wish)) return [];
    return this.replaceApi(key, wish, () => {
      this.holders.addApi(key);
    });
  }

  /** Forgets an API that is gone. Returns keys as {@link setApi} does. */
  removeApi(key: ObjectKey): readonly ObjectKey[] {
    if (!this.holders.hasApi(key)) return [];
    return this.replaceApi(key, undefined, () => {
      this.holders.removeApi(key);
    });
  }

  /** The APIs of a namespace, or of all where it is undefined, that ask for annotations on workloads. */
  apisAskingFor(namespace: string | undefined): readonly ObjectKey[] {
    const asking = [...this.wishes].filter(
      ([, wish]) =>
        wish.type !== "ServiceMonitor" && (namespace === undefined || wish.namespace === namespace),
    );
    return asking.map(([key]) => key);
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
  setWorkload(workload: Workload): readonly ObjectKey[] {
    return this.replaceWorkload(idOf(workload), workload);
  }

  /** Forgets a workload. Returns keys as {@link setApi} does. */
  removeWorkload(kind: Workload["kind"], namespace: string, name: string): readonly ObjectKey[] {
    return this.replaceWorkload(idOf({ kind, namespace, name }), undefined);
  }

  /** What to announce for an API; undefined for one that asks for nothing. */
  outcome(key: ObjectKey): MonitoringOutcome | undefined {
    const wish = this.wishes.get(key);
    if (wish === undefined) return undefined;
    const { type } = wish;
    if (type === "ServiceMonitor") return { settings: { type } };
    const announced = this.selection.workloadsOf(serviceOf(wish)).flatMap((workload) => {
      const announcement = this.announcementOn(workload);
      return announcement === undefined ? [] : [{ workload, announcement }];
    });
    const workloads = announced
      .filter(({ announcement: { by, keptBy } }) => by === key && keptBy === undefined)
      .map(({ workload: { kind, name }, announcement: { endpoints } }) => ({ kind, name, endpoints }));
    const other = announced.find(({ announcement: { by, of } }) => by !== key && of.has(key));
    const problem = this.problemOf(key, wish, announced);
    return {
      settings: { type, workloads },
      ...(other === undefined ? {} : { announcedBy: other.announcement.by }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  private problemOf(
    key: ObjectKey,
    wish: MonitoringWish,
    announced: readonly Announced[],
  ): MonitoringProblem | undefined {
    const { type, service, basicAuth } = wish;
    const unsupported = this.unsupportedContainer(wish);
    if (unsupported !== undefined) return unsupported;
    if (announced.length === 0) {
      const exists = this.selection.service(serviceOf(wish)) !== undefined;
      return { type: exists ? "NoWorkload" : "NoService", service };
    }
    const taken = announced.find(({ announcement: { of } }) => !of.has(key));
    if (taken !== undefined) {
      return { type: "Taken", by: taken.announcement.by, workload: nameOf(taken.workload) };
    }
    for (const { workload, announcement } of announced) {
      if (announcement.keptBy !== undefined) {
        return { type: "Kept", by: announcement.keptBy, workload: nameOf(workload) };
      }
    }
    const noLogin = type === "PrometheusAnnotations" && basicAuth !== undefined;
    return noLogin ? { type: "BasicAuthNotSupported" } : undefined;
  }

  private unsupportedContainer(wish: MonitoringWish): MonitoringProblem | undefined {
    const service = this.selection.service(serviceOf(wish));
    if (service === undefined) return undefined;
    for (const workload of this.selection.workloadsOf(serviceOf(wish))) {
      const container = endpointOf(wish, service, workload)?.container;
      if (container !== undefined && !canName(wish.type, container)) {
        return { type: "ContainerNotSupported", container, workload: nameOf(workload) };
      }
    }
    return undefined;
  }

  private announcementOn(workload: Workload): Announcement | undefined {
    const id = idOf(workload);
    if (!this.announcements.has(id)) {
      const holders = this.holders.holdersOf(workload);
      this.announcements.set(id, announcement(this.contenders(workload), holders));
    }
    return this.announcements.get(id);
  }

  /** The APIs that want annotations on a workload, and can have them. */
  private contenders(workload: Workload): readonly Contender[] {
    return this.selection.servicesOf(workload).flatMap((service) =>
      this.apis.apisOf(`${service.namespace}/${service.name}`).flatMap((key) => {
        const wish = this.wishes.get(key);
        if (wish === undefined || wish.type === "ServiceMonitor") return [];
        const endpoint = endpointOf(wish, service, workload);
        if (endpoint === undefined || !canName(wish.type, endpoint.container)) return [];
        return [{ key, type: wish.type, since: wish.since, endpoint }];
      }),
    );
  }

  private replaceApi(
    key: ObjectKey,
    wish: MonitoringWish | undefined,
    apply: () => void,
  ): readonly ObjectKey[] {
    const told = this.change(
      () => this.workloadsOf(key),
      () => {
        apply();
        this.apis.set(key, wish === undefined ? [] : [serviceOf(wish)]);
        if (wish === undefined) this.wishes.delete(key);
        else this.wishes.set(key, wish);
      },
    );
    return [...new Set([key, ...told])];
  }

  private replaceService(id: string, service: SelectingService | undefined): readonly ObjectKey[] {
    if (isDeepStrictEqual(this.selection.service(id), service)) return [];
    const told = this.change(
      () => this.selection.workloadsOf(id),
      () => {
        this.selection.setService(id, service);
      },
    );
    return [...new Set([...this.apis.apisOf(id), ...told])];
  }

  private replaceWorkload(id: string, workload: Workload | undefined): readonly ObjectKey[] {
    const before = this.selection.workload(id);
    if (isDeepStrictEqual(before, workload)) return [];
    return this.change(
      () => [this.selection.workload(id) ?? []].flat(),
      () => {
        this.selection.setWorkload(id, workload);
        this.holders.setWorkload(id, before, workload);
      },
    );
  }

  /** Applies a change of what these workloads announce. Returns the APIs on them before it and after it. */
  private change(concerned: () => readonly Workload[], apply: () => void): readonly ObjectKey[] {
    const told = new Set<ObjectKey>();
    const note = (): void => {
      for (const workload of concerned()) {
        this.announcements.delete(idOf(workload));
        for (const key of this.apisOn(workload)) told.add(key);
      }
    };
    note();
    apply();
    note();
    return [...told];
  }

  /** The workloads behind the Service of an API, and those of which it holds fields. */
  private workloadsOf(key: ObjectKey): readonly Workload[] {
    const wish = this.wishes.get(key);
    const held = this.holders.workloadsHeldBy(key).flatMap((id) => this.selection.workload(id) ?? []);
    return [...(wish === undefined ? [] : this.selection.workloadsOf(serviceOf(wish))), ...held];
  }

  private apisOn(workload: Workload): readonly ObjectKey[] {
    const services = this.selection.servicesOf(workload);
    return services.flatMap(({ namespace, name }) => this.apis.apisOf(`${namespace}/${name}`));
  }
}

interface Announced {
  readonly workload: Workload;
  readonly announcement: Announcement;
}

function idOf({ kind, namespace, name }: Pick<Workload, "kind" | "namespace" | "name">): string {
  return `${kind}/${namespace}/${name}`;
}

function nameOf({ kind, name }: Workload): WorkloadName {
  return { kind, name };
}

function serviceOf({ namespace, service }: MonitoringWish): string {
  return `${namespace}/${service}`;
}

/** Whether the annotations of a variant can name a container. */
function canName(type: MonitoringType, container: string): boolean {
  return type !== "DataDogAnnotations" || container.length <= MAX_CONTAINER_NAME;
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
