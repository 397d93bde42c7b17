// How metrics of an API are announced to whoever scrapes them.

/** The variants of monitoring, by their names in configuration and in the annotation `oda.tmforum.org/monitoring`. */
export const monitoringTypes = ["ServiceMonitor", "PrometheusAnnotations", "DataDogAnnotations"] as const;

export type MonitoringType = (typeof monitoringTypes)[number];

/**
 * The variant of this name: TM Forum's values of `OPENMETRICS_IMPLEMENTATION`, singular or plural, in any case.
 *
 * @returns undefined where there is none of that name
 */
export function readMonitoringType(name: string): MonitoringType | undefined {
  const wanted = singular(name);
  return monitoringTypes.find((type) => singular(type) === wanted);
}

function singular(name: string): string {
  return name.toLowerCase().replace(/s$/, "");
}

/** Two keys of one Secret, for basic authentication at an endpoint. */
export interface EndpointBasicAuth {
  readonly namespace: string;
  readonly secretName: string;
  readonly usernameKey: string;
  readonly passwordKey: string;
}

/** Where a container serves metrics over HTTP. */
export interface ScrapedEndpoint {
  /** Name of the container in the pod. */
  readonly container: string;
  /** Port of the pod, 1 to 65535. */
  readonly port: number;
  /** Path of the metrics, with its leading slash. */
  readonly path: string;
  readonly basicAuth?: EndpointBasicAuth;
}

/** A workload and the endpoints to announce in the annotations of its pod template. */
export interface AnnotatedWorkload {
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet";
  /** Name; the namespace is the API's. */
  readonly name: string;
  readonly endpoints: readonly ScrapedEndpoint[];
}

/** One ServiceMonitor of the Prometheus operator, which needs to know nothing but the API. */
export interface ServiceMonitorSettings {
  readonly type: "ServiceMonitor";
}

/** Annotations that a Prometheus with pod discovery reads. */
export interface PrometheusAnnotationsSettings {
  readonly type: "PrometheusAnnotations";
  readonly workloads: readonly AnnotatedWorkload[];
}

/** Annotations that DataDog's Agent reads (Autodiscovery). */
export interface DataDogAnnotationsSettings {
  readonly type: "DataDogAnnotations";
  readonly workloads: readonly AnnotatedWorkload[];
}

/** How one metrics API is monitored; `type` says which component does it. */
export type MonitoringSettings =
  ServiceMonitorSettings | PrometheusAnnotationsSettings | DataDogAnnotationsSettings;

/** What TM Forum's Istio operator does where nothing else is said. */
export const defaultMonitoring: MonitoringSettings = { type: "ServiceMonitor" };
