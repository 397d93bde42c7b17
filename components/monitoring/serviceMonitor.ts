// Has Prometheus scrape an API of a metrics type.
import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ApiType, type ExposedApi } from "../../spec";
import { leafMetadata, type OwnerReference } from "../kubernetesMetadata";

const METRICS_TYPES: readonly ApiType[] = ["prometheus", "openmetrics"];

/** Whether an API serves metrics for a Prometheus to scrape. */
export function isMetricsApi(api: ExposedApi): boolean {
  return METRICS_TYPES.includes(api.apiType);
}

/** Spec of the ServiceMonitor, with the selector, interval and port TM Forum's Istio operator sets. */
export function serviceMonitorSpec(api: ExposedApi): NonNullable<IServiceMonitor["spec"]> {
  return {
    selector: { matchLabels: { name: api.implementation } },
    endpoints: [
      {
        path: api.path,
        interval: "15s",
        scheme: "http",
        targetPort: api.port,
        ...(api.basicAuth === undefined ? {} : { basicAuth: basicAuthReference(api.basicAuth) }),
      },
    ],
  };
}

function basicAuthReference(basicAuth: NonNullable<ExposedApi["basicAuth"]>): {
  username: { name: string; key: string };
  password: { name: string; key: string };
} {
  return {
    username: { name: basicAuth.secretName, key: basicAuth.usernameKey },
    password: { name: basicAuth.secretName, key: basicAuth.passwordKey },
  };
}

/** Arguments of {@link ServiceMonitor}. */
export interface ServiceMonitorArgs {
  /** The metrics API to scrape. */
  readonly api: ExposedApi;
  /** The API object in the cluster, if it is one. */
  readonly owner?: OwnerReference | undefined;
}

/** One ServiceMonitor of the Prometheus operator, named like the API and in its namespace. */
export class ServiceMonitor extends pulumi.ComponentResource {
  /** Kubernetes uid of the ServiceMonitor. */
  readonly uid: pulumi.Output<string>;

  constructor(name: string, args: ServiceMonitorArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:monitoring:ServiceMonitor", name, {}, options);
    const monitor = new kubernetes.apiextensions.CustomResource(
      name,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "ServiceMonitor",
        metadata: leafMetadata(args.api, args.owner),
        spec: serviceMonitorSpec(args.api),
      },
      { parent: this },
    );
    this.uid = monitor.metadata.uid;
    this.registerOutputs({ uid: this.uid });
  }
}
