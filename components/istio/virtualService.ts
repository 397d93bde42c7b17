// The VirtualService of an API, with the fields TM Forum's Istio operator sets.
import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1beta1/VirtualService";
import { excludedByMatch } from "./exclusions";
import { routeName, type IstioArgs } from "./istioPolicy";
import { corsPolicyOf } from "./policies/cors";
import { tlsGatewaysOf } from "./policies/tls";
import { virtualServiceHosts } from "./url";

type Spec = NonNullable<IVirtualService["spec"]>;
type HttpRoute = NonNullable<Spec["http"]>[number];
type Match = NonNullable<HttpRoute["match"]>[number];
type HeaderMatches = NonNullable<Match["withoutHeaders"]>;

/** Header of a preflight request (Fetch, "CORS-preflight request"): no script of a page can set it. */
const PREFLIGHT_HEADER = "access-control-request-method";

/** Spec of the VirtualService: one prefix match on the API's path, one destination. */
export function virtualServiceSpec(args: IstioArgs): Spec {
  const { api, settings } = args;
  return {
    hosts: [...virtualServiceHosts(api, settings)],
    gateways: [settings.gateway, ...tlsGatewaysOf(args)],
    http: [...httpRoutes(args)],
  };
}

function httpRoutes(args: IstioArgs): readonly HttpRoute[] {
  const { api } = args;
  const excluded = excludedByMatch(args);
  const others: HeaderMatches = excluded === undefined ? {} : { ":path": { prefix: excluded } };
  const route = {
    name: routeName(api),
    match: [matchOf(api.path, others)],
    route: [{ destination: { host: api.implementation, port: { number: api.port } } }],
  };
  const corsPolicy = corsPolicyOf(api);
  if (corsPolicy === undefined) return [route];
  if (api.cors.handlePreflightRequests.enabled) return [{ ...route, corsPolicy }];
  const match = [matchOf(api.path, { ...others, [PREFLIGHT_HEADER]: {} })];
  return [{ ...route, match, corsPolicy }, route];
}

/** Requests to the path, or one that begins with it, that have none of `withoutHeaders`. */
function matchOf(path: string, withoutHeaders: HeaderMatches): Match {
  const uri = { prefix: path };
  return Object.keys(withoutHeaders).length === 0 ? { uri } : { uri, withoutHeaders };
}
