// Where API Management reaches what serves an API in the cluster.
import { shortened, type ExposedApi } from "../../spec";
import { type BackendSource } from "../gateway";
import { tlsPort } from "../istio/settings";
import { type AzureApimArgs } from "./policies/policy";
import { type AzureApimSettings } from "./settings";

/** Longest name of most Kubernetes objects (Kubernetes, "Object Names and IDs"). */
export const MAX_NAME = 253;

/** Name of the Ingress, as TM Forum's Azure operator has it. */
export function ingressNameOf({ name }: Pick<ExposedApi, "name">): string {
  return shortened(`apim-api-ingress-${name}`, MAX_NAME);
}

/** Where API Management reaches the route of an API. */
export function backendSourceOf(api: ExposedApi, { cluster }: AzureApimSettings): BackendSource {
  const scheme = schemeOf(cluster);
  const isNamed = cluster.host !== undefined && scheme === "https";
  // A certificate is for a name: with TLS the host has to be called by it.
  const host = cluster.address ?? (isNamed ? cluster.host : undefined);
  if (host !== undefined) return { from: "settings", url: `${scheme}://${host}${portOf(cluster)}` };
  if (cluster.type === "istio") return { from: "gateway", scheme };
  return { from: "ingress", scheme, namespace: api.namespace, name: ingressNameOf(api) };
}

function schemeOf(cluster: AzureApimSettings["cluster"]): "http" | "https" {
  if (cluster.type === "ingress") return cluster.tlsSecretName === undefined ? "http" : "https";
  return cluster.tls || cluster.mutualTls !== undefined ? "https" : "http";
}

function portOf(cluster: AzureApimSettings["cluster"]): string {
  const port = tlsPort(cluster.istio);
  return cluster.type === "istio" && schemeOf(cluster) === "https" && port !== 443 ? `:${port}` : "";
}

/** `scheme://host[:port]` of what API Management calls; undefined while it is not known. */
export function backendOf({ api, settings, context }: AzureApimArgs): string | undefined {
  const source = backendSourceOf(api, settings);
  return source.from === "settings" ? source.url : context?.backend;
}

/** The host by which the cluster finds the API, where it is not that of the backend. */
export function hostHeaderOf(
  { settings: { cluster } }: Pick<AzureApimArgs, "settings">,
  backend: string | undefined,
): string | undefined {
  const { host } = cluster;
  if (host === undefined || backend === undefined || new URL(backend).hostname === host) return undefined;
  return host;
}
