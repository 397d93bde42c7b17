// Where a client finds an API behind Istio.
import { type ExposedApi } from "../../spec";
import { type AddressedApi, type GatewayAddress, type PublicUrl } from "../gateway";
import { type IstioSettings } from "./settings";

/** Hosts of the VirtualService: the API's own host name, the platform's public one, or any. */
export function virtualServiceHosts(api: ExposedApi, settings: IstioSettings): readonly string[] {
  return [api.hostname ?? settings.publicHostname ?? "*"];
}

/**
 * The public URL, `https://host[:port]path`.
 *
 * The API's `hostname` wins over the platform's public host name, which wins over the address of the gateway's
 * Service. A port is part of the URL only when it comes from that Service. `ip` is never the API's own host name, so
 * that a URL tells whether its host is the gateway's.
 */
export function istioPublicUrl(
  api: AddressedApi,
  settings: IstioSettings,
  address: GatewayAddress | undefined,
): PublicUrl {
  const gateway = settings.publicHostname ?? address?.host;
  const host = api.hostname ?? gateway;
  if (host === undefined) return { unknown: "the address of the gateway is not known" };
  const port = host === address?.host && address.port !== undefined ? `:${address.port}` : "";
  const url = `https://${bracketed(host)}${port}${api.path}`;
  return gateway === undefined ? { url } : { url, ip: gateway };
}

/** An IPv6 address stands in brackets in a URL (RFC 3986, section 3.2.2). */
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
