// A Kubernetes object of a component, as a resource of the Pulumi program.
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type ExposedApi } from "../spec";
import { objectMetadata, platformMetadata, type OwnerReference } from "./kubernetesMetadata";
import { type OwnedObject } from "./ownedObject";
import { otherVersions } from "./servedVersions";

/** Whose an object is: an API's, or the platform's where it is left out. */
export interface ObjectOwner {
  readonly api: ExposedApi;
  readonly owner?: OwnerReference | undefined;
}

/** Declares an object under the name of a Pulumi resource. */
export function declareObject(
  name: string,
  object: OwnedObject,
  owned: ObjectOwner | undefined,
  options: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const { apiVersion, kind, fields } = object;
  const metadata =
    owned === undefined ? platformMetadata(object) : objectMetadata(object, owned.api, owned.owner);
  return new kubernetes.apiextensions.CustomResource(
    name,
    { apiVersion, kind, metadata, ...fields },
    { ...options, aliases: otherVersions(object) },
  );
}
