// Has Prometheus scrape an API of a metrics type, through the Prometheus operator.
import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ExposedApi } from "../../spec";
import { fieldManager, leafMetadata, type OwnerReference } from "../kubernetesMetadata";
import { versionsOf, type ObjectVersions, type OwnedObject } from "../ownedObject";
import { type Monitoring, type MonitoringComponent } from "./monitoring";
import { type ServiceMonitorSettings } from "./settings";

/** Arguments of {@link ServiceMonitor}. */
export interface ServiceMonitorArgs {
  /** The metrics API to scrape. */
  readonly api: ExposedApi;
  /** The API object in the cluster, if it is one. */
  readonly owner?: OwnerReference | undefined;
}

/** One ServiceMonitor of the Prometheus operator, named like the API and in its namespace. */
export class ServiceMonitor extends pulumi.ComponentResource implements MonitoringComponent {
  /** Kubernetes uid of the ServiceMonitor. */
  readonly uid: pulumi.Output<string>;
  readonly versions: pulumi.Output<ObjectVersions>;

  constructor(name: string, args: ServiceMonitorArgs, options?: pulumi.ComponentResourceOptions) {
    super("oda-api:monitoring:ServiceMonitor", name, {}, options);
    const { apiVersion, kind, fields } = serviceMonitorObject(args.api);
    const monitor = new kubernetes.apiextensions.CustomResource(
      name,
      { apiVersion, kind, metadata: leafMetadata(args.api, args.owner), ...fields },
      { parent: this },
    );
    this.uid = monitor.metadata.uid;
    this.versions = versionsOf([monitor]);
    this.registerOutputs({ uid: this.uid });
  }
}

function serviceMonitorObject(api: ExposedApi): OwnedObject {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    namespace: api.namespace,
    name: api.name,
    fieldManager: fieldManager(api),
    fields: { spec: serviceMonitorSpec(api) },
  };
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

/** The ServiceMonitor, as an entry in the table of variants. */
export const serviceMonitor: Monitoring<ServiceMonitorSettings> = {
  create: (name, args, options) => new ServiceMonitor(name, args, options),
  objects: (api) => [serviceMonitorObject(api)],
};
