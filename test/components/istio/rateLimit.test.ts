import assert from "node:assert/strict";
import { defaultIstioSettings, needsPlatform } from "../../../components";
import { type Json } from "../../spec/examples";
import { apiWith, guarded, objectsOf, outcomeOf, patchesOf, sharedSpecOf, specOf } from "./examples";

const FILTER = "envoy.filters.http.local_ratelimit";
const TYPE = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";

/** Configuration of the filter on the route of an API with this `spec.rateLimit`. */
function configOf(rateLimit: Json, annotations: Json = {}): Json {
  const api = apiWith({ rateLimit: { enabled: true, limit: "3", ...rateLimit } }, annotations);
  const [patch, ...others] = patchesOf(specOf(objectsOf(api), "EnvoyFilter"));
  assert.deepEqual(others, []);
  const filters = (patch?.patch["value"] as Json)["typed_per_filter_config"] as Json;
  return (filters[FILTER] as Json)["value"] as Json;
}

describe("rateLimit behind Istio", () => {
  it("rateLimit × istio: a token bucket for each client on the API's own route", () => {
    const api = apiWith({ rateLimit: { enabled: true, limit: "3", interval: "pm" } });

    const spec = specOf(objectsOf(api), "EnvoyFilter");
    const bucket = { max_tokens: 3, tokens_per_fill: 3, fill_interval: "60s" };
    const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };
    assert.deepEqual(spec, {
      workloadSelector: { labels: { istio: "ingressgateway" } },
      configPatches: [
        {
          applyTo: "HTTP_ROUTE",
          match: {
            context: "GATEWAY",
            routeConfiguration: { vhost: { route: { name: "components/r1-catalog-api" } } },
          },
          patch: {
            operation: "MERGE",
            value: {
              typed_per_filter_config: {
                [FILTER]: {
                  "@type": "type.googleapis.com/udpa.type.v1.TypedStruct",
                  type_url: TYPE,
                  value: {
                    stat_prefix: "oda_api",
                    token_bucket: bucket,
                    filter_enabled: always,
                    filter_enforced: always,
                    rate_limits: [{ actions: [{ remote_address: {} }] }],
                    descriptors: [{ entries: [{ key: "remote_address" }], token_bucket: bucket }],
                    always_consume_default_token_bucket: false,
                    max_dynamic_descriptors: 10_000,
                    enable_x_ratelimit_headers: "DRAFT_VERSION_03",
                  },
                },
              },
            },
          },
        },
      ],
    });
    assert.deepEqual(outcomeOf("rateLimit", api), {
      enforcedBy:
        "EnvoyFilter istio-ingress/components.r1-catalog-api: each replica of the gateway counts on its own, " +
        "and anew after a change of any API's route",
    });
  });

  it("has nothing declared unless it is asked for", () => {
    const kinds = objectsOf(apiWith({ rateLimit: { limit: "3" } })).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["VirtualService"]);
  });

  it("rateLimit.interval × istio: the bucket is filled each second, or each minute", () => {
    const intervalOf = (interval: string): unknown =>
      (configOf({ interval })["token_bucket"] as Json)["fill_interval"];
    assert.equal(intervalOf("ps"), "1s");
    assert.equal(intervalOf("pm"), "60s");
  });

  it("rateLimit.identifier × istio: the address of the client tells clients apart, also by default", () => {
    const byAddress = [{ actions: [{ remote_address: {} }] }];
    assert.deepEqual(configOf({ identifier: "IP" })["rate_limits"], byAddress);
    assert.deepEqual(configOf({})["rate_limits"], byAddress);
  });

  it("rateLimit.identifier × istio: a header tells clients apart, and requests without it share one bucket", () => {
    const identifier = "header:X-Client";
    const { rate_limits: limits, descriptors, token_bucket: bucket } = configOf({ identifier });

    const action = { request_headers: { header_name: "x-client", descriptor_key: "client" } };
    assert.deepEqual(limits, [{ actions: [action] }]);
    assert.deepEqual(descriptors, [{ entries: [{ key: "client" }], token_bucket: bucket }]);
    const api = apiWith({ rateLimit: { enabled: true, limit: 3, identifier } });
    assert.match(
      outcomeOf("rateLimit", api).enforcedBy ?? "",
      /; requests without the header x-client count together$/,
    );
  });

  it("rateLimit.identifier × istio: a claim of the verified token tells clients apart", () => {
    const { rate_limits: limits } = configOf({ identifier: "claim:azp" }, { jwt: "keycloak" });

    const claim = { key: "envoy.filters.http.jwt_authn", path: [{ key: "payload" }, { key: "azp" }] };
    assert.deepEqual(limits, [
      { actions: [{ metadata: { descriptor_key: "client", metadata_key: claim, source: "DYNAMIC" } }] },
    ]);
  });

  it("rateLimit.limit × istio: the size of the bucket, up to what Envoy can count", () => {
    const bucket = configOf({ limit: String(Number.MAX_SAFE_INTEGER) })["token_bucket"] as Json;
    assert.equal(bucket["max_tokens"], 4_294_967_295);
    assert.equal(bucket["tokens_per_fill"], 4_294_967_295);
  });

  it("is counted after CORS and authentication, by a filter that limits nothing itself", () => {
    const [patch] = patchesOf(sharedSpecOf(defaultIstioSettings, "EnvoyFilter"));
    assert.equal(patch?.applyTo, "HTTP_FILTER");
    assert.deepEqual(patch.match, {
      context: "GATEWAY",
      listener: {
        filterChain: {
          filter: {
            name: "envoy.filters.network.http_connection_manager",
            subFilter: { name: "envoy.filters.http.router" },
          },
        },
      },
    });
    assert.equal(patch.patch["operation"], "INSERT_BEFORE");
    const { name, typed_config: config } = patch.patch["value"] as Json;
    assert.equal(name, FILTER);
    assert.deepEqual((config as Json)["value"], { stat_prefix: "oda_api" });
  });

  it("needs the objects that all APIs share", () => {
    assert.equal(needsPlatform(apiWith({ rateLimit: { enabled: true, limit: 1 } }), guarded), true);
    assert.equal(needsPlatform(apiWith({}), guarded), false);
  });
});
