// Which workloads are behind a Service, and which Services are before a workload.

/** A port of a Service, as its spec has it. */
export interface ServicePort {
  readonly port: number;
  /** Number or name of a port of the pods; the same number as `port` when left out. */
  readonly targetPort?: number | string | undefined;
}

/** A Service, as far as it decides who is behind it. */
export interface SelectingService {
  readonly namespace: string;
  readonly name: string;
  /** Labels that a pod must have. A Service without any selects no pod. */
  readonly selector: Labels;
  readonly ports: readonly ServicePort[];
}

/** A container of a pod template. */
export interface Container {
  readonly name: string;
  readonly ports: readonly { readonly name?: string | undefined; readonly containerPort: number }[];
}

/** A Deployment, StatefulSet or DaemonSet. */
export interface Workload {
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet";
  readonly namespace: string;
  readonly name: string;
  /** Labels of its pod template. */
  readonly labels: Labels;
  readonly containers: readonly Container[];
  /** Field managers that have set annotations on its pod template by server-side apply. */
  readonly managers: readonly string[];
  /** Digest of these annotations and of who set which: another one, and somebody has changed them. */
  readonly fingerprint: string;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Index of Services and workloads by namespace and label. Finding the one side of the other costs the number of
 * objects that share its rarest label, or that were filed under one of its labels.
 */
export class WorkloadSelection {
  private readonly services = new Map<string, SelectingService>();
  private readonly workloads = new Map<string, Workload>();
  /** Each workload under every label of its pods. */
  private readonly workloadsByLabel = new Buckets();
  /** Each Service under one label of its selector. */
  private readonly servicesByLabel = new Buckets();
  private readonly filedUnder = new Map<string, string>();

  service(id: string): SelectingService | undefined {
    return this.services.get(id);
  }

  workload(id: string): Workload | undefined {
    return this.workloads.get(id);
  }

  /** Takes in a Service, or with undefined forgets it. */
  setService(id: string, service: SelectingService | undefined): void {
    const before = this.filedUnder.get(id);
    if (before !== undefined) this.servicesByLabel.remove(before, id);
    this.filedUnder.delete(id);
    this.services.delete(id);
    if (service === undefined) return;
    this.services.set(id, service);
    const rarest = this.servicesByLabel.smallest(places(service.namespace, service.selector));
    if (rarest === undefined) return;
    this.filedUnder.set(id, rarest);
    this.servicesByLabel.add(rarest, id);
  }

  /** Takes in a workload, or with undefined forgets it. */
  setWorkload(id: string, workload: Workload | undefined): void {
    const before = this.workloads.get(id);
    for (const place of placesOf(before)) this.workloadsByLabel.remove(place, id);
    for (const place of placesOf(workload)) this.workloadsByLabel.add(place, id);
    if (workload === undefined) this.workloads.delete(id);
    else this.workloads.set(id, workload);
  }

  /** The workloads whose pods a Service selects, by kind and name. */
  workloadsOf(service: string): readonly Workload[] {
    const { namespace = "", selector = {} } = this.services.get(service) ?? {};
    const rarest = this.workloadsByLabel.smallest(places(namespace, selector));
    const candidates = rarest === undefined ? [] : [...this.workloadsByLabel.at(rarest)].sort();
    return candidates.flatMap((id) => {
      const workload = this.workloads.get(id);
      return workload !== undefined && covers(workload.labels, selector) ? [workload] : [];
    });
  }

  /** The Services that select the pods of a workload. */
  servicesOf({ namespace, labels }: Workload): readonly SelectingService[] {
    return places(namespace, labels).flatMap((place) =>
      this.servicesByLabel.at(place).flatMap((id) => {
        const service = this.services.get(id);
        return service !== undefined && covers(labels, service.selector) ? [service] : [];
      }),
    );
  }
}

/** Sets of ids by place. */
class Buckets {
  private readonly buckets = new Map<string, Set<string>>();

  add(place: string, id: string): void {
    this.buckets.set(place, (this.buckets.get(place) ?? new Set()).add(id));
  }

  remove(place: string, id: string): void {
    const bucket = this.buckets.get(place);
    bucket?.delete(id);
    if (bucket?.size === 0) this.buckets.delete(place);
  }

  at(place: string): readonly string[] {
    return [...(this.buckets.get(place) ?? [])];
  }

  /** The place with the fewest ids; undefined where there is none to choose from. */
  smallest(candidates: readonly string[]): string | undefined {
    const size = (place: string): number => this.buckets.get(place)?.size ?? 0;
    const [first, ...rest] = candidates;
    if (first === undefined) return undefined;
    return rest.reduce((best, place) => (size(place) < size(best) ? place : best), first);
  }
}

function placesOf(workload: Workload | undefined): readonly string[] {
  return workload === undefined ? [] : places(workload.namespace, workload.labels);
}

/** Where objects with these labels are filed. Neither part of a label holds a space. */
function places(namespace: string, labels: Labels): readonly string[] {
  return Object.entries(labels).map(([name, value]) => `${namespace} ${name} ${value}`);
}

function covers(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
