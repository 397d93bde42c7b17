import assert from "node:assert/strict";
import { policyPlace, quotaIdentifier, requestedPolicies } from "../../spec";
import { annotated, complaints, parse, rulesWith } from "./examples";

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

describe("spec.rateLimit.identifier", () => {
  const identifier = (written: unknown) => parse({ rateLimit: { identifier: written } }).rateLimit.identifier;

  for (const written of ["IP", "ip", " Ip ", "", undefined, null]) {
    it(`is the client's IP address where it is written ${JSON.stringify(written)}`, () => {
      assert.deepEqual(identifier(written), { type: "ip" });
    });
  }

  for (const written of ["header:X-Client", "HEADER: x-client", "X-Client", " x-Client"]) {
    it(`is a header, in lower case, where it is written ${JSON.stringify(written)}`, () => {
      assert.deepEqual(identifier(written), { type: "header", name: "x-client" });
    });
  }

  it("is the header named ip where it is written header:ip", () => {
    assert.deepEqual(identifier("header:ip"), { type: "header", name: "ip" });
  });

  for (const [written, name] of [
    ["claim:sub", "sub"],
    ["jwt:azp", "azp"],
    ["Claim: https://example.com/client_id", "https://example.com/client_id"],
  ] as const) {
    it(`is a claim where it is written ${JSON.stringify(written)}`, () => {
      assert.deepEqual(identifier(written), { type: "claim", name });
    });
  }

  for (const written of [
    "header:",
    "claim:",
    "X Client",
    "X-Client, X-Other",
    "x-client\r\nx-admin: 1",
    "header:header:x",
    ":path",
    "ünïcode",
    "claim:a b",
    'claim:a"b',
    `claim:${"a".repeat(129)}`,
    "x".repeat(257),
    "cookie:session",
  ]) {
    it(`refuses ${JSON.stringify(written.slice(0, 30))}`, () => {
      assert.match(
        complaints({ rateLimit: { identifier: written } }).join("\n"),
        /^spec\.rateLimit\.identifier: ".* must be "IP", "header:" and the name of a header .*$/,
      );
    });
  }

  it("refuses what is no text", () => {
    assert.deepEqual(complaints({ rateLimit: { identifier: 7 } }), [
      "spec.rateLimit.identifier: 7 must be a string",
    ]);
  });

  it("refuses a claim while the limit is enabled and the API requires no token", () => {
    const rateLimit = { enabled: true, limit: 5, identifier: "jwt:sub" };
    const rules = rulesWith({});

    assert.deepEqual(complaints({ rateLimit }, {}, rules), [
      'spec.rateLimit.identifier: "claim:sub" must be IP or a header while the API requires no token of a JWT provider',
    ]);
    assert.deepEqual(complaints({ rateLimit: { ...rateLimit, enabled: false } }, {}, rules), []);
    assert.deepEqual(complaints({ rateLimit }, annotated({ jwt: "keycloak" }), rules), []);
  });
});

describe("spec.quota", () => {
  it("reads a limit for an identifier", () => {
    assert.deepEqual(parse({ quota: { identifier: "client", limit: "1000" } }).quota, {
      identifier: "client",
      limit: 1000,
    });
  });

  it("counts by address where nothing else is said, and by what a rate limit could count by", () => {
    const identifier = (text?: string) =>
      quotaIdentifier(parse({ quota: { identifier: text, limit: 5 } }).quota);
    for (const text of [undefined, "", "ip", " IP "]) assert.deepEqual(identifier(text), { type: "ip" });
    assert.deepEqual(identifier("X-Client"), { type: "header", name: "x-client" });
    assert.deepEqual(identifier("claim:sub"), { type: "claim", name: "sub" });
  });

  it("keeps an identifier that says something else, which the CRD takes", () => {
    const { quota } = parse({ quota: { identifier: "the client", limit: 5 } });
    assert.equal(quota.identifier, "the client");
    assert.equal(quotaIdentifier(quota), undefined);
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
    const spec = {
      template: "gold",
      OASValidation: { allowUnspecifiedCookies: true },
      apiKeyVerification: { enabled: true, location: "header" },
      quota: { limit: 1000 },
      rateLimit: { enabled: true, limit: 5 },
      CORS: { enabled: true },
    };
    const annotations = annotated({ "network-policy": "gateway", mtls: "strict", jwt: "keycloak" });
    assert.deepEqual(requestedPolicies(parse(spec, annotations, rulesWith({}))), [
      "CORS",
      "rateLimit",
      "quota",
      "apiKeyVerification",
      "OASValidation",
      "template",
      "jwt",
      "mtls",
      "networkPolicy",
    ]);
  });
});

describe("policyPlace", () => {
  it("names the field of the spec, or the annotation, that asks for a policy", () => {
    assert.equal(policyPlace("rateLimit"), "spec.rateLimit");
    assert.equal(policyPlace("networkPolicy"), "oda.tmforum.org/network-policy");
  });
});
