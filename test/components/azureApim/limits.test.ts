import assert from "node:assert/strict";
import { type Json } from "../../spec/examples";
import { apiWith, documentOf, outcomeOf, settings, withCluster } from "./examples";
import { elements, only } from "./policyChecks";

const byKey = (changes: Json, annotations: Json = {}) =>
  apiWith({ rateLimit: { enabled: true, limit: "100", ...changes } }, annotations);

function rateKey(changes: Json, annotations: Json = {}): string | undefined {
  return only(documentOf(byKey(changes, annotations)), "rate-limit-by-key").attributes["counter-key"];
}

describe("rate limits behind Azure API Management", () => {
  it("rateLimit × azure-apim: the policy rate-limit-by-key, after tokens are verified", () => {
    const document = documentOf(byKey({ interval: "pm" }, { jwt: "keycloak" }));
    assert.deepEqual(only(document, "rate-limit-by-key").attributes, {
      calls: "100",
      "renewal-period": "60",
      "counter-key": '@(context.Api.Id + ":rate:ip:" + context.Request.IpAddress)',
      "remaining-calls-header-name": "x-ratelimit-remaining",
      "total-calls-header-name": "x-ratelimit-limit",
    });
    assert.ok(document.indexOf("<validate-jwt") < document.indexOf("<rate-limit-by-key"));
    assert.deepEqual(outcomeOf("rateLimit", byKey({})), {
      enforcedBy:
        "ApiPolicy of API r1-catalog-api: rate-limit-by-key; each gateway of the service counts on its own",
    });
  });

  it("rateLimit × azure-apim: not supported in the Consumption tier", () => {
    const consumption = { ...settings, tier: "consumption" } as const;
    assert.deepEqual(elements(documentOf(byKey({}), consumption), "rate-limit-by-key"), []);
    assert.match(outcomeOf("rateLimit", byKey({}), consumption).because ?? "", /in the Consumption tier/);
  });

  it("rateLimit.limit × azure-apim: the calls of a window, up to what API Management can count", () => {
    const calls = (limit: number) =>
      only(documentOf(byKey({ limit })), "rate-limit-by-key").attributes["calls"];
    assert.equal(calls(1), "1");
    assert.equal(calls(2 ** 40), String(2 ** 31 - 1));
  });

  it("rateLimit.interval × azure-apim: a sliding window of a second, or of a minute", () => {
    const period = (interval: string) =>
      only(documentOf(byKey({ interval })), "rate-limit-by-key").attributes["renewal-period"];
    assert.equal(period("ps"), "1");
    assert.equal(period("pm"), "60");
  });

  it("rateLimit.identifier × azure-apim: the address of the client tells clients apart, also by default", () => {
    assert.equal(rateKey({}), rateKey({ identifier: "IP" }));
    assert.match(rateKey({}) ?? "", /context\.Request\.IpAddress\)$/);
  });

  it("rateLimit.identifier × azure-apim: a header tells clients apart, and requests without it are counted together", () => {
    assert.equal(
      rateKey({ identifier: "header:X-Client" }),
      '@(context.Api.Id + ":rate:x-client:" + context.Request.Headers.GetValueOrDefault("x-client", ""))',
    );
    assert.match(
      outcomeOf("rateLimit", byKey({ identifier: "header:x.client" })).because ?? "",
      /^counts by the header "x.client", and only letters/,
    );
  });

  it("rateLimit.identifier × azure-apim: a claim of the verified token tells clients apart", () => {
    assert.equal(
      rateKey({ identifier: "claim:sub" }, { jwt: "keycloak" }),
      '@(context.Api.Id + ":rate:claim-sub:" + ' +
        '((Jwt)context.Variables["oda-token"]).Claims.GetValueOrDefault("sub", ""))',
    );
    const document = documentOf(byKey({ identifier: "claim:sub" }, { jwt: "entra,keycloak" }));
    for (const check of ["validate-jwt", "validate-azure-ad-token"])
      assert.equal(only(document, check).attributes["output-token-variable-name"], "oda-token");
  });

  it("rateLimit.identifier × azure-apim: the subscription tells clients apart, by its own name or that of its header", () => {
    const bySubscription = rateKey({ identifier: "subscription" });
    assert.equal(
      bySubscription,
      '@(context.Api.Id + ":rate:subscription:" + (context.Subscription?.Id ?? ""))',
    );
    assert.equal(rateKey({ identifier: "header:Ocp-Apim-Subscription-Key" }), bySubscription);
  });
});

describe("quotas behind Azure API Management", () => {
  const api = apiWith({ quota: { limit: "10000", identifier: "header:X-Client" } });

  it("quota × azure-apim: the policy quota-by-key, for a period that the platform sets", () => {
    assert.deepEqual(only(documentOf(api, { ...settings, quotaPeriod: 86_400 }), "quota-by-key").attributes, {
      calls: "10000",
      "renewal-period": "86400",
      "counter-key":
        '@(context.Api.Id + ":quota:x-client:" + context.Request.Headers.GetValueOrDefault("x-client", ""))',
    });
    assert.deepEqual(outcomeOf("quota", api), {
      enforcedBy: "ApiPolicy of API r1-catalog-api: quota-by-key, for each 2592000 seconds",
    });
  });

  it("quota × azure-apim: not supported in the Consumption tier and in the v2 tiers", () => {
    for (const tier of ["consumption", "v2"] as const) {
      const there = { ...settings, tier };
      assert.deepEqual(elements(documentOf(api, there), "quota-by-key"), []);
      assert.match(outcomeOf("quota", api, there).because ?? "", /^cannot be counted by key in the/);
    }
  });

  it("quota × azure-apim: not enforced for a claim of an API without tokens, or an identifier that is none", () => {
    const because = (identifier: string) =>
      outcomeOf("quota", apiWith({ quota: { limit: "5", identifier } })).because;
    assert.equal(because("claim:sub"), "counts by the claim sub, and the API asks for no token");
    assert.equal(because("by subscription"), "has an identifier that is neither IP, a header nor a claim");
  });

  it("are counted apart from rate limits, and from those of other APIs", () => {
    const both = apiWith({ quota: { limit: "5" }, rateLimit: { enabled: true, limit: "5" } });
    const keys = ["rate-limit-by-key", "quota-by-key"].map(
      (name) => only(documentOf(both, withCluster({})), name).attributes["counter-key"] ?? "",
    );
    assert.equal(new Set(keys).size, 2);
    for (const key of keys) assert.ok(key.startsWith("@(context.Api.Id + "));
  });
});
