// Deployments, StatefulSets and DaemonSets, as far as they say who is behind a Service and what is announced.
import { type LiveObject, keepLive } from "../drift/liveObject";
import { type Workload } from "./workloadSelection";

interface WorkloadSpec {
  readonly template?: {
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec?: { readonly containers?: readonly ContainerSpec[] };
  };
}

interface ContainerSpec {
  readonly name: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}

/** What to keep of a workload: of its spec only labels, annotations and container ports of its pods. */
export function keepWorkload(object: LiveObject): LiveObject {
  const { metadata, spec } = (object.spec as WorkloadSpec | undefined)?.template ?? {};
  const containers = (spec?.containers ?? []).map(({ name, ports }) => ({
    name,
    ...(ports === undefined ? {} : { ports }),
  }));
  const { labels, annotations } = metadata ?? {};
  const kept = {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return { ...keepLive(object), spec: { template: { metadata: kept, spec: { containers } } } };
}

/** A workload of this kind, from what is kept of it. */
export function workloadOf(kind: Workload["kind"], { metadata, spec }: LiveObject): Workload {
  const { template } = (spec ?? {}) as WorkloadSpec;
  return {
    kind,
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    labels: template?.metadata?.labels ?? {},
    containers: (template?.spec?.containers ?? []).map(({ name, ports = [] }) => ({ name, ports })),
  };
}
