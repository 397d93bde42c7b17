// Announces metrics to DataDog's Agent, which discovers pods by their annotations.
import type * as pulumi from "@pulumi/pulumi";
import { canonicalJson, type ExposedApi } from "../../spec";
import { type OwnedObject } from "../ownedObject";
import { type Monitoring, type MonitoringArgs } from "./monitoring";
import { type AnnotatedWorkload, type DataDogAnnotationsSettings, type ScrapedEndpoint } from "./settings";
import { annotatedPodTemplate, WorkloadAnnotations, type Annotations } from "./workloadAnnotations";

const SUFFIX = ".checks";

/**
 * Longest name of a container that these annotations can name, in characters: with its suffix it is the name of an
 * annotation, which has at most 63 after the slash (Kubernetes, "Annotations", syntax).
 */
export const MAX_CONTAINER_NAME = 63 - SUFFIX.length;

/** Arguments of {@link DataDogAnnotations}. */
export type DataDogAnnotationsArgs = MonitoringArgs<DataDogAnnotationsSettings>;

/**
 * The annotation `ad.datadoghq.com/<container>.checks` on the pod template of each workload, for each container with
 * endpoints: an OpenMetrics check with one instance for each of them (DataDog, "Kubernetes Prometheus and OpenMetrics
 * metrics collection"; Agent 7.36 or later).
 */
export class DataDogAnnotations extends WorkloadAnnotations {
  constructor(name: string, args: DataDogAnnotationsArgs, options?: pulumi.ComponentResourceOptions) {
    super(name, args.api, objects(args.api, args.settings), options);
  }
}

function objects(api: ExposedApi, { workloads }: DataDogAnnotationsSettings): readonly OwnedObject[] {
  return workloads.map((workload) => annotatedPodTemplate(api, workload, annotationsOf(api, workload)));
}

function annotationsOf(api: ExposedApi, { endpoints }: AnnotatedWorkload): Annotations {
  const containers = [...new Set(endpoints.map(({ container }) => container))];
  return Object.fromEntries(
    containers.map((container) => {
      const instances = endpoints
        .filter((endpoint) => endpoint.container === container)
        .map((endpoint) => instance(api, endpoint));
      const checks = { openmetrics: { init_config: {}, instances } };
      return [`ad.datadoghq.com/${container}${SUFFIX}`, canonicalJson(checks)];
    }),
  );
}

/**
 * One instance of the OpenMetrics check: every metric of the endpoint, named `<Kubernetes namespace>.<metric>`, as
 * TM Forum's Istio operator has it. The Agent puts the pod's address in place of `%%host%%`.
 */
function instance(api: ExposedApi, { port, path, basicAuth }: ScrapedEndpoint): object {
  return {
    openmetrics_endpoint: `http://%%host%%:${port}${path}`,
    namespace: api.namespace,
    metrics: [".*"],
    ...(basicAuth === undefined
      ? {}
      : {
          username: secretHandle(basicAuth, basicAuth.usernameKey),
          password: secretHandle(basicAuth, basicAuth.passwordKey),
        }),
  };
}

/** What the Agent's secret backend replaces by the key of a Kubernetes Secret (DataDog, "Secrets Management"). */
function secretHandle(
  { namespace, secretName }: NonNullable<ScrapedEndpoint["basicAuth"]>,
  key: string,
): string {
  return `ENC[k8s_secret@${namespace}/${secretName}/${key}]`;
}

/** DataDog annotations, as an entry in the table of variants. */
export const dataDogAnnotations: Monitoring<DataDogAnnotationsSettings> = {
  create: (name, args, options) => new DataDogAnnotations(name, args, options),
  objects,
};
