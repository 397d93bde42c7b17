// Random specs: every policy document keeps to the reference, and everything that is asked for has an outcome.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { policiesOf, type ApiContext, type AzureApimSettings } from "../../../components";
import { requestedPolicies, type ExposedApi } from "../../../spec";
import { apiWith, document, documentOf, entra, keycloak, withIstio } from "./examples";
import { assertAccepted } from "./policyChecks";

const RUNS = Number(process.env["ODA_FUZZ_SPECS"] ?? 500);

const text = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/) },
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("@(1)", "{{x}}", '"', "<x/>", "subscription", "*", "\ud800"),
);

const identifier = fc.oneof(
  fc.constant({ type: "ip" } as const),
  fc.record({ type: fc.constantFrom("header" as const, "claim" as const), name: text }),
);

const flags = fc.record({
  requestEnabled: fc.boolean(),
  responseEnabled: fc.boolean(),
  allowUnspecifiedHeaders: fc.boolean(),
  allowUnspecifiedQueryParams: fc.boolean(),
  allowUnspecifiedCookies: fc.boolean(),
});

const cors = fc.record({
  enabled: fc.boolean(),
  allowCredentials: fc.boolean(),
  allowOrigins: fc.array(text, { minLength: 1, maxLength: 3 }),
  handlePreflightRequests: fc.record({
    enabled: fc.boolean(),
    allowHeaders: fc.array(text, { minLength: 1, maxLength: 3 }),
    allowMethods: fc.array(text, { minLength: 1, maxLength: 3 }),
    maxAge: fc.nat(),
  }),
});

/** APIs with values that no parser has looked at. */
const apis: fc.Arbitrary<ExposedApi> = fc
  .record({
    apiType: fc.constantFrom("openapi" as const, "mcp" as const, "prometheus" as const),
    cors,
    rateLimit: fc.record({
      enabled: fc.boolean(),
      identifier,
      limit: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      interval: fc.constantFrom("ps" as const, "pm" as const),
    }),
    quota: fc.record({ identifier: text, limit: fc.integer({ min: 1 }) }, { requiredKeys: [] }),
    apiKeyVerification: fc.record({ enabled: fc.boolean(), location: text }),
    oasValidation: flags,
    template: fc.option(text, { nil: undefined }),
    jwt: fc.subarray(["entra", "keycloak", "partner", "unheard-of"]),
    mtls: fc.constantFrom("strict" as const, undefined),
  })
  .map((changes) => ({ ...apiWith(), ...changes }));

/** What a document describes, with names that no import has looked at. */
const contents = fc.record({
  bodyTypes: fc.array(
    fc.oneof(
      text,
      text.map((name) => `application/${name}+json`),
    ),
  ),
  headers: fc.array(text),
  cut: fc.boolean(),
});

const surroundings: fc.Arbitrary<readonly [AzureApimSettings, ApiContext]> = fc.tuple(
  fc
    .record({
      tier: fc.constantFrom("standard" as const, "consumption" as const),
      jwt: fc.subarray([entra, keycloak, { ...keycloak, name: "partner", issuer: "https://p.example.org" }]),
      host: fc.constantFrom(undefined, "apis.cluster.example.com"),
      isolate: fc.boolean(),
    })
    .map(({ host, isolate, ...others }) => ({ ...withIstio({ host, isolate }), ...others })),
  fc.record({
    backend: fc.constant("http://20.0.0.1"),
    document: fc.oneof(
      fc.constantFrom(document, undefined),
      contents.map((described) => ({ ...document, contents: described })),
    ),
  }),
);

describe(`${RUNS} random APIs behind Azure API Management`, function () {
  this.timeout(120_000);

  it("have policy documents that keep to Microsoft's reference", () => {
    fc.assert(
      fc.property(apis, surroundings, (api, [of, around]) => {
        assertAccepted(documentOf(api, of, around));
      }),
      { numRuns: RUNS },
    );
  });

  it("have every policy that they ask for enforced, or hear why not", () => {
    fc.assert(
      fc.property(apis, surroundings, (api, [of, around]) => {
        const outcomes = policiesOf({ api, settings: of, context: around });
        const asked = requestedPolicies(api);
        const isolated = of.cluster.isolate && api.networkPolicy === undefined ? ["networkPolicy"] : [];
        assert.deepEqual(
          outcomes.map(({ policy }) => policy),
          [...asked, ...isolated],
        );
        for (const { enforcedBy, without, because } of outcomes) {
          assert.notEqual(enforcedBy === undefined, because === undefined);
          assert.ok(without === undefined || enforcedBy !== undefined);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("let nobody in without a token where they ask for one", () => {
    fc.assert(
      fc.property(apis, surroundings, (api, [of, around]) => {
        const checks = /<(?:validate-jwt|validate-azure-ad-token|return-response)[ >]/;
        assert.equal(checks.test(documentOf(api, of, around)), api.jwt.length > 0);
      }),
      { numRuns: RUNS },
    );
  });
});
