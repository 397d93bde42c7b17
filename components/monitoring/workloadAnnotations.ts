// Annotations on the pod templates of workloads: what the variants that set them have in common.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ExposedApi } from "../../spec";
import { patchFieldManager, patchMetadata } from "../kubernetesMetadata";
import { versionsOf, type ObjectVersions, type OwnedObject } from "../ownedObject";
import { type MonitoringComponent } from "./monitoring";
import { type AnnotatedWorkload } from "./settings";

/** Annotations of a pod, by name. */
export type Annotations = Readonly<Record<string, string>>;

/**
 * What one API sets on workloads: for each, annotations on its pod template.
 *
 * One type of resource for every variant. When an API changes from one variant to another the engine updates the same
 * patches; with two types it would apply the new before it gives back the old, which has the same field manager and
 * would take the new along.
 */
export abstract class WorkloadAnnotations extends pulumi.ComponentResource implements MonitoringComponent {
  readonly versions: pulumi.Output<ObjectVersions>;

  protected constructor(
    name: string,
    api: ExposedApi,
    objects: readonly OwnedObject[],
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("oda-api:monitoring:WorkloadAnnotations", name, {}, options);
    this.versions = versionsOf(objects.map((object) => declarePatch(name, api, object, this)));
    this.registerOutputs({ workloads: objects.map(({ kind, name: workload }) => `${kind}/${workload}`) });
  }
}

/** The patch of one workload, as plain data. */
export function annotatedPodTemplate(
  api: ExposedApi,
  workload: Pick<AnnotatedWorkload, "kind" | "name">,
  annotations: Annotations,
): OwnedObject {
  return {
    apiVersion: "apps/v1",
    kind: workload.kind,
    namespace: api.namespace,
    name: workload.name,
    fieldManager: patchFieldManager(api),
    fields: { spec: { template: { metadata: { annotations } } } },
    isPatch: true,
  };
}

const patches = {
  Deployment: kubernetes.apps.v1.DeploymentPatch,
  StatefulSet: kubernetes.apps.v1.StatefulSetPatch,
  DaemonSet: kubernetes.apps.v1.DaemonSetPatch,
} as const satisfies Readonly<Record<AnnotatedWorkload["kind"], unknown>>;

type Patch = InstanceType<(typeof patches)[keyof typeof patches]>;

function declarePatch(
  name: string,
  api: ExposedApi,
  { kind, name: workload, fields }: OwnedObject,
  parent: pulumi.Resource,
): Patch {
  const PatchResource = patches[kind as AnnotatedWorkload["kind"]];
  return new PatchResource(
    `${name}.${workload}`,
    { metadata: patchMetadata(api, workload), ...fields },
    { parent },
  );
}
