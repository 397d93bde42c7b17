// Deployments, StatefulSets and DaemonSets, as far as they say who is behind a Service and what is announced.
import { createHash } from "node:crypto";
import { type LiveObject, keepLive, managedFieldsOf, type ManagedFields } from "../drift/liveObject";
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
export function workloadOf(kind: Workload["kind"], object: LiveObject): Workload {
  const { metadata, spec } = object;
  const { template } = (spec ?? {}) as WorkloadSpec;
  const setters = managedFieldsOf(object).flatMap((entry) => {
    const annotations = annotationsSetBy(entry);
    return annotations === undefined ? [] : [{ ...entry, annotations }];
  });
  const applied = setters.filter(({ operation }) => operation === "Apply");
  return {
    kind,
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    labels: template?.metadata?.labels ?? {},
    containers: (template?.spec?.containers ?? []).map(({ name, ports = [] }) => ({ name, ports })),
    managers: [...new Set(applied.map(({ manager = "" }) => manager))].sort(),
    fingerprint: digest([
      template?.metadata?.annotations,
      setters.map(({ manager, operation, annotations }) => [manager, operation, annotations]),
    ]),
  };
}

/** The annotations of the pod template that a manager has set (FieldsV1); undefined where it has set none. */
function annotationsSetBy({ fieldsV1 }: ManagedFields): unknown {
  return ["f:spec", "f:template", "f:metadata", "f:annotations"].reduce<unknown>(
    (fields, name) => (fields as Readonly<Record<string, unknown>> | null | undefined)?.[name],
    fieldsV1,
  );
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}
