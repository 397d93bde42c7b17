// Where a client finds an API behind the WhaleCloud API gateway, and which places it takes up there.
import { type ExposedApi } from "../../spec";
import { type AddressedApi, type GatewayAddress, type PublicUrl, type Route } from "../gateway";
import { type WhalecloudApigSettings } from "./settings";

/**
 * The public URL, `http(s)://host[:port]path`: https where the gateway's Ingress has TLS. The API's `hostname` wins over
 * the Ingress, whose scheme and port it is reached with.
 */
export function apigPublicUrl(
  api: AddressedApi,
  { ingress }: WhalecloudApigSettings,
  address: GatewayAddress | undefined,
): PublicUrl {
  if (address === undefined) {
    const unknown =
      ingress === undefined
        ? "no Ingress is configured that clients reach the gateway at (APIG_INGRESS)"
        : `the Ingress ${ingress.namespace}/${ingress.name} has no address`;
    return { unknown };
  }
  const { host: ip, port, scheme = "http" } = address;
  const host = api.hostname ?? ip;
  // An IPv6 address stands in brackets in a URL (RFC 3986, section 3.2.2).
  const authority = host.includes(":") ? `[${host}]` : host;
  return { url: `${scheme}://${authority}${port === undefined ? "" : `:${port}`}${api.path}`, ip };
}

/**
 * The path on every host, for the gateway is told of no host name, and the name: which of the two it tells APIs apart by
 * is not documented, so no two APIs may share either.
 */
export function apigRoutes(api: ExposedApi, settings: WhalecloudApigSettings): readonly Route[] {
  const gateway = `whalecloud-apig/${new URL(settings.endpoint).host}`;
  return [
    { gateway, host: "*", path: api.path },
    { gateway: `${gateway}/names`, host: api.name, path: "/" },
  ];
}
