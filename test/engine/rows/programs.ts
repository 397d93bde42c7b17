// Resources that the rows declare.
import * as k8s from "@pulumi/kubernetes";
import { type CustomResourceOptions, type Input } from "@pulumi/pulumi";
import { type ObjectManifest } from "../support/cluster";
import { type Place } from "../support/row";

type Data = Readonly<Record<string, Input<string>>>;

export function configMap(
  { namespace }: Place,
  name: string,
  data: Data = { key: "value" },
  options: CustomResourceOptions = {},
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(name, { metadata: { name, namespace }, data }, options);
}

export function secret(
  { namespace }: Place,
  name: string,
  { type = "Opaque", ...data }: Data & { readonly type?: Input<string> },
  options: CustomResourceOptions = {},
): k8s.core.v1.Secret {
  return new k8s.core.v1.Secret(name, { metadata: { name, namespace }, type, stringData: data }, options);
}

/** A kind that changes in place: a ConfigMap and a Secret are replaced. */
export function serviceAccount(
  { namespace }: Place,
  name: string,
  labels: Data = {},
  options: CustomResourceOptions = {},
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(name, { metadata: { name, namespace, labels } }, options);
}

/** A custom resource with one route. */
export function virtualService(
  { namespace }: Place,
  name: string,
  prefix: Input<string>,
  options: CustomResourceOptions = {},
): k8s.apiextensions.CustomResource {
  const http = [{ match: [{ uri: { prefix } }], route: [{ destination: { host: "catalog" } }] }];
  return new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name, namespace },
      spec: { hosts: ["api.example.com"], http },
    },
    options,
  );
}

/** A ConfigMap as others write it. */
export function configMapObject(name: string, data?: Readonly<Record<string, string>>): ObjectManifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...(data && { data }) };
}
