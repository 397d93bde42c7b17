// Where clients reach the Istio ingress gateway, from its Service.
import { type V1Service } from "@kubernetes/client-node";
import { type GatewayAddress } from "../components";

/** Label of the gateway's Service, in any namespace. */
export const GATEWAY_SELECTOR = "istio=ingressgateway";

/** Port names that carry the APIs, as TM Forum's operator looks for them. */
const HTTP_PORT_NAMES: readonly string[] = ["http", "http2"];

/** Ports that a URL leaves out. */
const DEFAULT_PORTS: readonly number[] = [80, 443];

/**
 * The address of the first Service, in order of namespace and name, whose load balancer has one. The port is the one
 * named `http` or `http2`, unless it is 80 or 443.
 */
export function gatewayAddress(services: readonly V1Service[]): GatewayAddress | undefined {
  const inOrder = [...services].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  for (const service of inOrder) {
    const ingress = service.status?.loadBalancer?.ingress?.[0];
    const host = ingress?.ip ?? ingress?.hostname;
    if (host === undefined || host === "") continue;
    const port = service.spec?.ports?.find(({ name }) => HTTP_PORT_NAMES.includes(name ?? ""))?.port;
    return port === undefined || DEFAULT_PORTS.includes(port) ? { host } : { host, port };
  }
  return undefined;
}

function nameOf({ metadata }: V1Service): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}
