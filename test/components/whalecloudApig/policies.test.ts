import assert from "node:assert/strict";
import { policiesOf } from "../../../components";
import { requestedPolicies } from "../../../spec";
import { annotated, parse, rulesWith, type Json } from "../../spec/examples";
import { apig, DOCUMENT, documented } from "./examples";

/** What asks for each policy, and who else enforces it. */
const asking: readonly (readonly [string, Json, Json, string])[] = [
  ["CORS", { CORS: { enabled: true } }, {}, "the gateways istio and azure-apim enforce it"],
  [
    "rateLimit",
    { rateLimit: { enabled: true, limit: "5" } },
    {},
    "the gateways istio and azure-apim enforce it",
  ],
  ["quota", { quota: { limit: "5" } }, {}, "the gateway azure-apim enforces it"],
  [
    "apiKeyVerification",
    { apiKeyVerification: { enabled: true, location: "header" } },
    {},
    "the gateways istio and azure-apim enforce it",
  ],
  ["OASValidation", { OASValidation: { requestEnabled: true } }, {}, "the gateway azure-apim enforces it"],
  ["template", { template: "gold" }, {}, "the gateway azure-apim enforces it"],
  ["jwt", {}, { jwt: "keycloak" }, "the gateways istio and azure-apim enforce it"],
  ["mtls", {}, { mtls: "strict" }, "the gateways istio and azure-apim enforce it"],
  ["networkPolicy", {}, { "network-policy": "gateway" }, "the gateways istio and azure-apim enforce it"],
];

/** Fields of these policies, which the gateway is told no more of than of the policy itself. */
const fields = [
  ["CORS.allowOrigins", { CORS: { enabled: true, allowOrigins: "https://a.example" } }],
  [
    "CORS.allowCredentials",
    { CORS: { enabled: true, allowOrigins: "https://a.example", allowCredentials: true } },
  ],
  [
    "CORS.handlePreflightRequests.enabled",
    { CORS: { enabled: true, handlePreflightRequests: { enabled: false } } },
  ],
  [
    "CORS.handlePreflightRequests.allowHeaders",
    { CORS: { enabled: true, handlePreflightRequests: { allowHeaders: "x-a" } } },
  ],
  [
    "CORS.handlePreflightRequests.allowMethods",
    { CORS: { enabled: true, handlePreflightRequests: { allowMethods: "GET" } } },
  ],
  [
    "CORS.handlePreflightRequests.maxAge",
    { CORS: { enabled: true, handlePreflightRequests: { maxAge: 5 } } },
  ],
  ["rateLimit.limit", { rateLimit: { enabled: true, limit: "5" } }],
  ["rateLimit.interval", { rateLimit: { enabled: true, limit: "5", interval: "pm" } }],
  ["rateLimit.identifier", { rateLimit: { enabled: true, limit: "5", identifier: "IP" } }],
  ["apiKeyVerification.location", { apiKeyVerification: { enabled: true, location: "header" } }],
] as const;

describe("policies behind the WhaleCloud API gateway", () => {
  for (const [field, spec, annotations, elsewhere] of asking) {
    it(`${field} × whalecloud-apig: not told to the gateway`, () => {
      const api = parse(
        { specification: [{ url: DOCUMENT }], ...spec },
        annotated(annotations),
        rulesWith({}),
      );
      assert.deepEqual(policiesOf({ api, settings: apig }), [
        {
          policy: field,
          because: `is not told to the WhaleCloud API gateway, whose request to bind an API has no field for it; ${elsewhere}`,
        },
      ]);
    });
  }

  for (const [field, spec] of fields) {
    it(`${field} × whalecloud-apig: not told to the gateway, as the policy it is part of`, () => {
      const api = documented(spec);
      const outcomes = policiesOf({ api, settings: apig });
      assert.deepEqual(
        outcomes.map(({ policy }) => policy),
        requestedPolicies(api),
      );
      assert.ok(outcomes.every(({ enforcedBy }) => enforcedBy === undefined));
    });
  }

  it("jwt.providers × whalecloud-apig: not told to the gateway, as the policy it is part of", () => {
    const api = parse({}, annotated({ jwt: "keycloak,partner" }), rulesWith({}));
    const [outcome, ...others] = policiesOf({ api, settings: apig });
    assert.equal(outcome?.policy, "jwt");
    assert.equal(outcome.enforcedBy, undefined);
    assert.deepEqual(others, []);
  });

  it("are none for an API that asks for none", () => {
    assert.deepEqual(policiesOf({ api: documented(), settings: apig }), []);
  });
});
