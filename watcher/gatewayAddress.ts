// Where clients reach the Istio ingress gateway, from its Service.
import { type V1Service } from "@kubernetes/client-node";
import { type GatewayAddress } from "../components";
import { nameOf } from "./kube/objects";

/** Label of the gateway's Service, in any namespace, unless the Service is configured. */
export const GATEWAY_SELECTOR = "istio=ingressgateway";

/** Port names that carry the APIs, as TM Forum's operator looks for them. */
const HTTP_PORT_NAMES: readonly string[] = ["http", "http2"];

/** Ports that a URL leaves out. */
const DEFAULT_PORTS: readonly number[] = [80, 443];

/**
 * The address of the first Service, in order of namespace and name, that has one: the IP address, else the host name,
 * of the first ingress of its load balancer that has either, else the first of its `spec.externalIPs`. The port is the
 * one named `http` or `http2`, unless it is 80 or 443.
 */
export function gatewayAddress(services: readonly V1Service[]): GatewayAddress | undefined {
  for (const service of servicesInOrder(services)) {
    const host = hostOf(service);
    if (host === undefined) continue;
    const port = service.spec?.ports?.find(({ name }) => HTTP_PORT_NAMES.includes(name ?? ""))?.port;
    return port === undefined || DEFAULT_PORTS.includes(port) ? { host } : { host, port };
  }
  return undefined;
}

/** Port names that speak TLS. */
const HTTPS_PORT_NAMES: readonly string[] = ["https"];

/**
 * Where others than clients reach the gateway: at the address of the same Service, and its port that speaks this scheme,
 * `scheme://host[:port]`.
 */
export function gatewayEndpoint(
  services: readonly V1Service[],
  scheme: "http" | "https",
): string | undefined {
  for (const service of servicesInOrder(services)) {
    const host = hostOf(service);
    if (host === undefined) continue;
    const names = scheme === "https" ? HTTPS_PORT_NAMES : HTTP_PORT_NAMES;
    const port = service.spec?.ports?.find(({ name }) => names.includes(name ?? ""))?.port;
    return endpointOf(scheme, host, port);
  }
  return undefined;
}

/** `scheme://host[:port]` as a URL writes it: an IPv6 address in brackets, the usual port of the scheme left out. */
export function endpointOf(scheme: "http" | "https", host: string, port?: number): string | undefined {
  const text = `${scheme}://${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

/** The names of the Services, as `namespace/name`, in the order in which they are asked for an address. */
export function gatewayServiceNames(services: readonly V1Service[]): readonly string[] {
  return servicesInOrder(services).map(nameOf);
}

/** Services in the order in which they are looked at. */
export function servicesInOrder(services: readonly V1Service[]): readonly V1Service[] {
  return [...services].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** A load balancer may have written empty text for an address that it does not have. */
function hostOf({ spec, status }: V1Service): string | undefined {
  const ingress = status?.loadBalancer?.ingress ?? [];
  const hosts = [...ingress.flatMap(({ ip, hostname }) => [ip, hostname]), spec?.externalIPs?.[0]];
  return hosts.find((host) => host !== undefined && host !== "");
}
