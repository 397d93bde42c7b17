// What the tests of who announces what share: an API's wish, a Service, a workload behind it.
import { MonitoringTargets, type MonitoringWish } from "../../../watcher/monitoring/monitoringTargets";
import { type SelectingService, type Workload } from "../../../watcher/monitoring/workloadSelection";

export const NAMESPACE = "components";

export const wish = (changes: Partial<MonitoringWish> = {}): MonitoringWish => ({
  type: "DataDogAnnotations",
  namespace: NAMESPACE,
  service: "catalog",
  port: 80,
  path: "/metrics",
  since: "2026-01-01T00:00:00Z",
  ...changes,
});
export const later = "2026-02-01T00:00:00Z";
export const prometheus = { type: "PrometheusAnnotations" } as const;

export const service = (changes: Partial<SelectingService> = {}): SelectingService => ({
  namespace: NAMESPACE,
  name: "catalog",
  selector: { app: "catalog" },
  ports: [{ port: 80, targetPort: 8080 }],
  ...changes,
});

export const workload = (changes: Partial<Workload> = {}): Workload => ({
  kind: "Deployment",
  namespace: NAMESPACE,
  name: "catalog",
  labels: { app: "catalog", tier: "api" },
  containers: [{ name: "main", ports: [{ containerPort: 8080 }] }],
  managers: [],
  fingerprint: "",
  ...changes,
});

/** Targets with one Service and one Deployment behind it. */
export function targets(...wishes: (readonly [string, MonitoringWish | undefined])[]): MonitoringTargets {
  const filled = new MonitoringTargets();
  filled.setService(service());
  filled.setWorkload(workload());
  for (const [key, each] of wishes) filled.setApi(key, each);
  return filled;
}

/** `kind/name container:port/path …` of each workload that an API announces its metrics on. */
export function announced(from: MonitoringTargets, key: string): string[] {
  const settings = from.outcome(key)?.settings;
  if (settings === undefined || settings.type === "ServiceMonitor") return [];
  return settings.workloads.map(({ kind, name, endpoints }) =>
    [`${kind}/${name}`, ...endpoints.map(({ container, port, path }) => `${container}:${port}${path}`)].join(
      " ",
    ),
  );
}
