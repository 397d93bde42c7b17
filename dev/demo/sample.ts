// The sample: the manifests beside this file, as objects.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { type KubeObject } from "./cluster";

/** Names of the sample's APIs; each has a manifest of its own. */
export const CORE_API = "pc-productcatalogmanagement";
export const METRICS_API = "pc-metrics";
export const PARTY_ROLE_API = "pc-partyrole";

/** Everything the demo creates. */
export interface Sample {
  /** Namespace of the ingress gateway. */
  readonly gatewayNamespace: KubeObject;
  /** Service of the ingress gateway. */
  readonly gateway: KubeObject;
  readonly component: KubeObject;
  /** The ExposedAPIs, the core API first. */
  readonly apis: readonly KubeObject[];
  /** Their Services and EndpointSlices. */
  readonly implementations: readonly KubeObject[];
}

/** Reads the manifests. */
export async function readSample(): Promise<Sample> {
  const [gatewayNamespace, gateway] = await readAll("gateway");
  const [component] = await readAll("component");
  if (gatewayNamespace === undefined || gateway === undefined || component === undefined) {
    throw new Error("a manifest is incomplete");
  }
  const objects = (
    await Promise.all(["productcatalogmanagement", "metrics", "partyrole"].map(readAll))
  ).flat();
  return {
    gatewayNamespace,
    gateway,
    component,
    apis: objects.filter(({ kind }) => kind === "ExposedAPI"),
    implementations: objects.filter(({ kind }) => kind !== "ExposedAPI"),
  };
}

/** The address that the gateway's Service says it has. */
export function gatewayHost({ gateway }: Sample): string {
  const { loadBalancer } = gateway.status as { loadBalancer: { ingress: { ip: string }[] } };
  return loadBalancer.ingress[0]?.ip ?? "";
}

/** An object as the component operator of a Canvas makes it: owned by its Component, and deleted with it. */
export function ownedBy(component: KubeObject, object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = component;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "" };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
}

async function readAll(name: string): Promise<KubeObject[]> {
  const text = await readFile(path.join(__dirname, "manifests", `${name}.yaml`), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}
