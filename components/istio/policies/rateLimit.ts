// spec.rateLimit behind Istio: Envoy's local rate limit on the API's own route.
import { type ExposedApi, type RateLimit } from "../../../spec";
import { listenerFilterPatch, routeFilterPatch, untyped } from "../envoyFilter";
import {
  nameAtGateway,
  workloadOf,
  type Enforcement,
  type EnvoyPatch,
  type IstioArgs,
  type IstioPolicy,
} from "../istioPolicy";

type Fields = Readonly<Record<string, unknown>>;

const FILTER = "envoy.filters.http.local_ratelimit";
const MESSAGE = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";
const STAT_PREFIX = "oda_api";

/** Most tokens a bucket holds: Envoy counts them in 32 bits, and refuses its whole configuration for a larger number. */
const MAX_TOKENS = 2 ** 32 - 1;

/** Clients told apart at a time. With one more, the one that was not seen for longest begins anew. */
const MAX_CLIENTS = 10_000;

const ALWAYS = { default_value: { numerator: 100, denominator: "HUNDRED" } };

/** By what Envoy tells clients apart: the action, and the key of the descriptor that it makes. */
function clientOf(identifier: RateLimit["identifier"]): { readonly key: string; readonly action: Fields } {
  if (identifier.type === "ip") return { key: "remote_address", action: { remote_address: {} } };
  const key = "client";
  if (identifier.type === "header") {
    return { key, action: { request_headers: { header_name: identifier.name, descriptor_key: key } } };
  }
  // Where the filter that has verified the token leaves its claims: nothing a client sends can stand in for them.
  const path = [{ key: "payload" }, { key: identifier.name }];
  const claim = { key: "envoy.filters.http.jwt_authn", path };
  return { key, action: { metadata: { descriptor_key: key, metadata_key: claim, source: "DYNAMIC" } } };
}

/** Configuration of the filter for one API: a bucket for each client, and one for the requests that name none. */
function configOf({ identifier, limit = MAX_TOKENS, interval }: RateLimit): Fields {
  const tokens = Math.min(limit, MAX_TOKENS);
  const bucket = {
    max_tokens: tokens,
    tokens_per_fill: tokens,
    fill_interval: interval === "pm" ? "60s" : "1s",
  };
  const { key, action } = clientOf(identifier);
  return untyped(MESSAGE, {
    stat_prefix: STAT_PREFIX,
    token_bucket: bucket,
    filter_enabled: ALWAYS,
    filter_enforced: ALWAYS,
    rate_limits: [{ actions: [action] }],
    descriptors: [{ entries: [{ key }], token_bucket: bucket }],
    always_consume_default_token_bucket: false,
    max_dynamic_descriptors: MAX_CLIENTS,
    enable_x_ratelimit_headers: "DRAFT_VERSION_03",
  });
}

function routePatches({ api }: IstioArgs): readonly EnvoyPatch[] {
  return api.rateLimit.enabled ? [routeFilterPatch(api, FILTER, configOf(api.rateLimit))] : [];
}

function enforcement({ api, settings }: IstioArgs): Enforcement {
  const filter = `EnvoyFilter ${workloadOf(settings).namespace}/${nameAtGateway(api)}`;
  const limits = "each replica of the gateway counts on its own, and anew after a change of any API's route";
  return { enforcedBy: `${filter}: ${limits}${together(api)}` };
}

function together({ rateLimit: { identifier } }: ExposedApi): string {
  if (identifier.type === "ip") return "";
  return `; requests without the ${identifier.type} ${identifier.name} count together`;
}

/**
 * Envoy makes the counters along with its routes: every change of a route at the gateway, of any API, begins them anew.
 *
 * The filter itself limits nothing. It comes after authentication and CORS: what they answer is not counted.
 */
export const rateLimit: IstioPolicy = {
  routePatches,
  platformPatches: () => [
    listenerFilterPatch("last", {
      name: FILTER,
      typed_config: untyped(MESSAGE, { stat_prefix: STAT_PREFIX }),
    }),
  ],
  needsPlatform: (api) => api.rateLimit.enabled,
  enforcement,
};
