// The monitoring seam: what every monitoring component takes and gives back.
import type * as pulumi from "@pulumi/pulumi";
import { type ApiType, type ExposedApi } from "../../spec";
import { type OwnerReference } from "../kubernetesMetadata";
import { type ObjectVersions, type OwnedObject } from "../ownedObject";

const METRICS_TYPES: readonly ApiType[] = ["prometheus", "openmetrics"];

/** Whether an API serves metrics, and so is monitored. */
export function isMetricsApi(api: ExposedApi): boolean {
  return METRICS_TYPES.includes(api.apiType);
}

/** A component that announces the metrics of one API to whoever scrapes them. */
export interface MonitoringComponent extends pulumi.ComponentResource {
  /** Kubernetes uid of the object that stands for the monitoring of the API, where the variant makes one. */
  readonly uid?: pulumi.Output<string>;
  /** Versions of the Kubernetes objects it declares or patches. */
  readonly versions: pulumi.Output<ObjectVersions>;
}

/** Arguments of every monitoring component. */
export interface MonitoringArgs<Settings> {
  /** The metrics API. */
  readonly api: ExposedApi;
  /** How it is monitored. */
  readonly settings: Settings;
  /** The API object in the cluster, if it is one. */
  readonly owner?: OwnerReference | undefined;
}

/** One variant of monitoring: how to build its component, and what that declares without building it. */
export interface Monitoring<Settings> {
  /** Declares the resources that announce the metrics of `api`. */
  readonly create: (
    name: string,
    args: MonitoringArgs<Settings>,
    options: pulumi.ComponentResourceOptions,
  ) => MonitoringComponent;
  /** The Kubernetes objects the component declares or patches, as plain data. */
  readonly objects: (api: ExposedApi, settings: Settings) => readonly OwnedObject[];
}
