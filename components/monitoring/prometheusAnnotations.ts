// Announces metrics to a Prometheus that discovers pods by their annotations.
import type * as pulumi from "@pulumi/pulumi";
import { type ExposedApi } from "../../spec";
import { type OwnedObject } from "../ownedObject";
import { type Monitoring, type MonitoringArgs } from "./monitoring";
import { type AnnotatedWorkload, type PrometheusAnnotationsSettings } from "./settings";
import { annotatedPodTemplate, WorkloadAnnotations, type Annotations } from "./workloadAnnotations";

/** Arguments of {@link PrometheusAnnotations}. */
export type PrometheusAnnotationsArgs = MonitoringArgs<PrometheusAnnotationsSettings>;

/**
 * The annotations `prometheus.io/scrape`, `prometheus.io/port` and `prometheus.io/path` on the pod template of each
 * workload, as the example configuration of Prometheus for Kubernetes and its Helm chart read them.
 *
 * A pod can announce one endpoint so, without credentials: the first of each workload counts.
 */
export class PrometheusAnnotations extends WorkloadAnnotations {
  constructor(name: string, args: PrometheusAnnotationsArgs, options?: pulumi.ComponentResourceOptions) {
    super(name, args.api, objects(args.api, args.settings), options);
  }
}

function objects(api: ExposedApi, { workloads }: PrometheusAnnotationsSettings): readonly OwnedObject[] {
  return workloads.map((workload) => annotatedPodTemplate(api, workload, annotationsOf(workload)));
}

function annotationsOf({ endpoints: [endpoint] }: AnnotatedWorkload): Annotations {
  if (endpoint === undefined) return {};
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(endpoint.port),
    "prometheus.io/path": endpoint.path,
  };
}

/** Prometheus annotations, as an entry in the table of variants. */
export const prometheusAnnotations: Monitoring<PrometheusAnnotationsSettings> = {
  create: (name, args, options) => new PrometheusAnnotations(name, args, options),
  objects,
};
