import assert from "node:assert/strict";
import { requestedPolicies } from "../../spec";
import { complaints, parse } from "./examples";

describe("spec.rateLimit", () => {
  const rateLimit = (value: unknown) => parse({ rateLimit: value }).rateLimit;

  it("reads the limit as the string of the CRD or as a number", () => {
    const expected = { enabled: true, identifier: { type: "ip" }, limit: 100, interval: "pm" };
    assert.deepEqual(rateLimit({ enabled: true, identifier: "IP", limit: "100", interval: "pm" }), expected);
    assert.deepEqual(rateLimit({ enabled: true, identifier: "IP", limit: 100, interval: "pm" }), expected);
  });

  it("reads the Azure operator's period in seconds, which asks for the limit by itself", () => {
    const expected = { enabled: true, identifier: { type: "ip" }, limit: 5 };
    assert.deepEqual(rateLimit({ limit: 5, period: 1 }), { ...expected, interval: "ps" });
    assert.deepEqual(rateLimit({ limit: 5, period: "60" }), { ...expected, interval: "pm" });
    assert.equal(rateLimit({ limit: 5, period: 60, enabled: false }).enabled, false);
    assert.equal(rateLimit({ limit: 5 }).enabled, false);
  });

  it("refuses a period that no interval means, or that contradicts the interval", () => {
    assert.deepEqual(complaints({ rateLimit: { limit: 5, period: 30 } }), [
      "spec.rateLimit.period: 30 must be 1 or 60: seconds, the same as interval ps or pm",
    ]);
    assert.deepEqual(complaints({ rateLimit: { limit: 5, period: 60, interval: "ps" } }), [
      "spec.rateLimit.period: 60 must agree with spec.rateLimit.interval",
    ]);
    assert.deepEqual(complaints({ rateLimit: { limit: 5, period: "minute" } }), [
      'spec.rateLimit.period: "minute" must be a positive integer',
    ]);
  });

  it("needs a limit while it is enabled", () => {
    assert.deepEqual(complaints({ rateLimit: { enabled: true, limit: "" } }), [
      "spec.rateLimit.limit: is required while the rate limit is enabled",
    ]);
    assert.deepEqual(complaints({ rateLimit: { enabled: true, limit: 0 } }), [
      "spec.rateLimit.limit: 0 must be a positive integer",
    ]);
  });

  it("knows seconds and minutes only", () => {
    assert.deepEqual(complaints({ rateLimit: { interval: "ph" } }), [
      'spec.rateLimit.interval: "ph" must be one of ps, pm',
    ]);
  });
});

describe("spec.quota", () => {
  it("reads a limit for an identifier", () => {
    assert.deepEqual(parse({ quota: { identifier: "client", limit: "1000" } }).quota, {
      identifier: "client",
      limit: 1000,
    });
  });

  it("refuses limits that are no positive integer", () => {
    for (const limit of ["many", "-1", "1.5", "1e3", 0, true, "9".repeat(17)]) {
      assert.match(
        complaints({ quota: { limit } }).join(),
        /^spec\.quota\.limit: .* must be a positive integer$/,
      );
    }
  });
});

describe("requestedPolicies", () => {
  it("is empty for a spec that enables nothing", () => {
    assert.deepEqual(
      requestedPolicies(parse({ quota: { identifier: "client" }, rateLimit: { limit: "6" } })),
      [],
    );
  });

  it("lists what is asked for, in a fixed order", () => {
    const api = parse({
      template: "gold",
      OASValidation: { allowUnspecifiedCookies: true },
      apiKeyVerification: { enabled: true, location: "header" },
      quota: { limit: 1000 },
      rateLimit: { enabled: true, limit: 5 },
      CORS: { enabled: true },
    });
    assert.deepEqual(requestedPolicies(api), [
      "CORS",
      "rateLimit",
      "quota",
      "apiKeyVerification",
      "OASValidation",
      "template",
    ]);
  });
});
