import assert from "node:assert/strict";
import { apiWith, guarded, idsOf, objectsOf, outcomeOf, PATH, specOf } from "./examples";

const asked = { apiKeyVerification: { enabled: true, location: "header" } };

describe("apiKeyVerification behind Istio", () => {
  it("apiKeyVerification × istio: an external authorization provider of the mesh is asked", () => {
    const objects = objectsOf(apiWith(asked, { jwt: "keycloak" }), guarded);

    assert.deepEqual(specOf(objects, "AuthorizationPolicy", ".api-key"), {
      selector: { matchLabels: { istio: "ingressgateway" } },
      action: "CUSTOM",
      provider: { name: "api-key-check" },
      rules: [{ to: [{ operation: { paths: [`${PATH}*`] } }] }],
    });
    assert.deepEqual(outcomeOf("apiKeyVerification", apiWith(asked), guarded), {
      enforcedBy:
        "AuthorizationPolicy istio-ingress/components.r1-catalog-api.api-key, which asks api-key-check; connections " +
        "that were open before the AuthorizationPolicy go on unchecked until the gateway has drained them",
    });
  });

  it("apiKeyVerification × istio: not supported where the platform has no provider", () => {
    assert.deepEqual(idsOf(objectsOf(apiWith(asked))), ["VirtualService components/r1-catalog-api"]);
    assert.match(
      outcomeOf("apiKeyVerification", apiWith(asked)).because ?? "",
      /^needs an external authorization provider.*; the gateway azure-apim verifies keys/,
    );
  });

  it("apiKeyVerification.location × istio: not looked at, for the provider knows where its keys are", () => {
    const elsewhere = { apiKeyVerification: { enabled: true, location: "query" } };
    assert.deepEqual(objectsOf(apiWith(elsewhere), guarded), objectsOf(apiWith(asked), guarded));
  });

  it("declares nothing unless it is asked for", () => {
    const kinds = objectsOf(apiWith({}), guarded).map(({ kind }) => kind);
    assert.equal(kinds.includes("AuthorizationPolicy"), false);
  });
});
