import assert from "node:assert/strict";
import {
  defaultIstioSettings,
  needsPlatform,
  platformObjects,
  type IstioSettings,
} from "../../../components";
import { type Json } from "../../spec/examples";
import {
  apiWith,
  guarded,
  idsOf,
  keycloak,
  objectsOf,
  outcomeOf,
  partner,
  patchesOf,
  PATH,
  sharedSpecOf,
  specOf,
} from "./examples";

describe("JWT behind Istio", () => {
  it("jwt × istio: requests without a token of the API's providers are refused", () => {
    const api = apiWith({ hostname: "catalog.example.com" }, { jwt: "keycloak" });
    const objects = objectsOf(api, guarded);

    assert.deepEqual(idsOf(objects), [
      "VirtualService components/r1-catalog-api",
      "EnvoyFilter istio-ingress/components.r1-catalog-api",
      "AuthorizationPolicy istio-ingress/components.r1-catalog-api.jwt",
    ]);
    assert.equal(objects[2]?.apiVersion, "security.istio.io/v1");
    assert.deepEqual(specOf(objects, "AuthorizationPolicy"), {
      selector: { matchLabels: { istio: "ingressgateway" } },
      action: "DENY",
      rules: [
        {
          to: [
            {
              operation: { hosts: ["catalog.example.com", "catalog.example.com:*"], paths: [`${PATH}*`] },
            },
          ],
          when: [{ key: "request.auth.claims[iss]", notValues: [keycloak.issuer] }],
        },
      ],
    });
    assert.deepEqual(outcomeOf("jwt", api, guarded), {
      enforcedBy:
        "RequestAuthentication istio-ingress/oda-api, " +
        "AuthorizationPolicy istio-ingress/components.r1-catalog-api.jwt and " +
        "EnvoyFilter istio-ingress/components.r1-catalog-api",
    });
  });

  it("jwt × istio: the same is asked on the route, which open connections have at once", () => {
    const api = apiWith({}, { jwt: "partner,keycloak" });
    const [check, ...others] = patchesOf(specOf(objectsOf(api, guarded), "EnvoyFilter"));
    const ofIssuer = (exact: string) => ({
      metadata: {
        filter: "envoy.filters.http.jwt_authn",
        path: [{ key: "payload" }, { key: "iss" }],
        value: { string_match: { exact } },
      },
    });
    assert.deepEqual(others, []);
    assert.deepEqual(check, {
      applyTo: "HTTP_ROUTE",
      match: {
        context: "GATEWAY",
        routeConfiguration: { vhost: { route: { name: "components/r1-catalog-api" } } },
      },
      patch: {
        operation: "MERGE",
        value: {
          typed_per_filter_config: {
            "oda-api.token": {
              "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute",
              rbac: {
                rules: {
                  action: "ALLOW",
                  policies: {
                    token: {
                      permissions: [{ any: true }],
                      principals: [ofIssuer(keycloak.issuer), ofIssuer(partner.issuer)],
                    },
                  },
                },
              },
            },
          },
        },
      },
    });
  });

  it("asks after CORS and before requests are counted, with a filter that by itself refuses none", () => {
    const filters = (settings: IstioSettings): Json[] =>
      patchesOf(sharedSpecOf(settings, "EnvoyFilter")).map(({ patch }) => patch["value"] as Json);

    assert.deepEqual(
      filters(guarded).map(({ name }) => name),
      ["envoy.filters.http.cors", "oda-api.token", "envoy.filters.http.local_ratelimit"],
    );
    assert.deepEqual(filters(guarded)[1], {
      name: "oda-api.token",
      typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC" },
    });
    assert.deepEqual(
      filters(defaultIstioSettings).map(({ name }) => name),
      ["envoy.filters.http.local_ratelimit"],
    );
  });

  it("jwt × istio: tokens of each provider that the API names are taken", () => {
    const objects = objectsOf(apiWith({}, { jwt: "partner,keycloak" }), guarded);
    const [rule] = specOf(objects, "AuthorizationPolicy")["rules"] as Json[];
    assert.deepEqual(rule?.["when"], [
      { key: "request.auth.claims[iss]", notValues: [keycloak.issuer, partner.issuer] },
    ]);
  });

  it("jwt.providers × istio: signature, issuer and audiences are verified, once for the gateway", () => {
    assert.deepEqual(sharedSpecOf(guarded, "RequestAuthentication"), {
      selector: { matchLabels: { istio: "ingressgateway" } },
      jwtRules: [
        {
          issuer: keycloak.issuer,
          jwksUri: keycloak.jwksUri,
          audiences: ["oda"],
          forwardOriginalToken: true,
        },
        { issuer: partner.issuer, jwks: partner.jwks, forwardOriginalToken: true },
      ],
    });
    assert.deepEqual(idsOf(platformObjects(defaultIstioSettings)), ["EnvoyFilter istio-ingress/oda-api"]);
  });

  it("jwt × istio: an API that says none takes requests with any token", () => {
    const [patch] = patchesOf(specOf(objectsOf(apiWith({}), guarded), "EnvoyFilter"));
    assert.deepEqual(patch?.patch["value"], {
      typed_per_filter_config: {
        "envoy.filters.http.jwt_authn": {
          "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig",
          disabled: true,
        },
      },
    });
  });

  it("declares nothing on a gateway without providers", () => {
    assert.deepEqual(idsOf(objectsOf(apiWith({}))), ["VirtualService components/r1-catalog-api"]);
  });

  it("says that Istio does not look at the application that a token was issued to", () => {
    const settings: IstioSettings = { ...guarded, jwt: [{ ...partner, clientIds: ["client"] }] };
    assert.equal(
      outcomeOf("jwt", apiWith({}, { jwt: "partner" }), settings).without,
      "a look at the application that a token was issued to (clientIds of partner)",
    );
    assert.ok(!JSON.stringify(objectsOf(apiWith({}, { jwt: "partner" }), settings)).includes('"client"'));
  });

  it("says which providers Istio is not told of", () => {
    const api = apiWith({}, { jwt: "keycloak,partner" });
    const settings: IstioSettings = { ...guarded, jwt: [partner] };
    assert.deepEqual(outcomeOf("jwt", api, settings), {
      because:
        "names providers that Istio is not told of: keycloak (an entra provider needs tenantId, and clientIds or " +
        "audiences, in the platform file)",
    });
    const [rule] = specOf(objectsOf(api, settings), "AuthorizationPolicy")["rules"] as Json[];
    assert.deepEqual((rule?.["when"] as Json[])[0]?.["notValues"], [partner.issuer]);
  });

  it("is for the gateway that the platform names, in the version that the cluster serves", () => {
    const settings: IstioSettings = {
      ...guarded,
      apiVersion: "networking.istio.io/v1beta1",
      workload: { namespace: "edge", labels: { app: "gateway", tier: "public" } },
    };
    const objects = objectsOf(apiWith({}, { jwt: "partner" }), settings);
    const policy = objects.find(({ kind }) => kind === "AuthorizationPolicy");
    assert.equal(policy?.apiVersion, "security.istio.io/v1beta1");
    assert.equal(policy.namespace, "edge");
    const { selector } = policy.fields["spec"] as Json;
    assert.deepEqual(selector, { matchLabels: { app: "gateway", tier: "public" } });
    for (const { namespace } of platformObjects(settings)) assert.equal(namespace, "edge");
  });

  it("needs the objects that all APIs share", () => {
    assert.equal(needsPlatform(apiWith({}, { jwt: "partner" }), guarded), true);
    assert.equal(needsPlatform(apiWith({}, { jwt: "none" }), guarded), false);
  });
});
