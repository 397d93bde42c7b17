// Workloads, and what is announced on their pods.
import { type AnnotatedWorkload } from "../../../components";
import { type AnyObject, type Cluster, NAMESPACE } from "./cluster";

type Kind = AnnotatedWorkload["kind"];

/** Name of the container of every workload here. */
export const CONTAINER = "main";

/** A workload whose pods have the label `app`, an annotation of its owner's and one container with port 8080. */
export function workload(name: string, kind: Kind = "Deployment"): Record<string, unknown> {
  const labels = { app: name };
  const container = { name: CONTAINER, image: "example.org/app:1", ports: [{ containerPort: 8080 }] };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: NAMESPACE },
    spec: {
      ...(kind === "StatefulSet" ? { serviceName: name } : {}),
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: OWNERS }, spec: { containers: [container] } },
    },
  };
}

/** Creates a Service before the workloads of this name; its port 80 is their 8080. */
export async function createServiceBefore(cluster: Cluster, app: string): Promise<void> {
  await cluster.clients.core.createNamespacedService({
    namespace: NAMESPACE,
    body: {
      metadata: { name: app },
      spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  });
}

/** What the owner of each workload here annotates its pods with. */
export const OWNERS: Readonly<Record<string, string>> = { owner: "chart" };

/** The annotations of a workload's pod template. */
export async function podAnnotations(
  cluster: Cluster,
  name: string,
  kind: Kind = "Deployment",
): Promise<Readonly<Record<string, string>> | undefined> {
  const spec = (await cluster.get(kind, name))?.spec as
    { template: { metadata: { annotations?: Record<string, string> } } } | undefined;
  return spec?.template.metadata.annotations;
}

/** Annotations of Prometheus for an endpoint. */
export function prometheusAnnotations(port: number, path: string): Readonly<Record<string, string>> {
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(port),
    "prometheus.io/path": path,
  };
}

/** URLs that the DataDog annotation of the container has checked, or undefined where there is none. */
export function dataDogEndpoints(
  annotations: Readonly<Record<string, string>> | undefined,
): string[] | undefined {
  const json = annotations?.[`ad.datadoghq.com/${CONTAINER}.checks`];
  if (json === undefined) return undefined;
  const checks = JSON.parse(json) as { openmetrics: { instances: { openmetrics_endpoint: string }[] } };
  return checks.openmetrics.instances.map(({ openmetrics_endpoint: url }) => url);
}

/** Who holds fields of an object of which this project set some: its own managers' names alone. */
export function ownManagers(object: AnyObject | undefined): string[] {
  const { managedFields = [] } = (object?.metadata ?? {}) as { managedFields?: { manager: string }[] };
  return managedFields.map(({ manager }) => manager).filter((manager) => manager.startsWith("oda-api"));
}
