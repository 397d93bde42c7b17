import assert from "node:assert/strict";
import { type ExposedApi, parseExposedApi, type PlatformRules } from "../../spec";
import { annotated, complaints, type Json, parse, resource, rulesWith } from "./examples";

const IP = { type: "ip" } as const;

const limited = rulesWith({ defaults: { rateLimit: { enabled: true, limit: 100, interval: "pm" } } });
const shared = rulesWith({
  defaults: {
    CORS: {
      enabled: true,
      allowOrigins: ["https://portal.example.com"],
      handlePreflightRequests: { allowMethods: "GET", maxAge: 60 },
    },
  },
});

const locking = (rules: PlatformRules): PlatformRules => ({
  ...rules,
  locked: ["CORS", "rateLimit", "jwt", "mtls", "networkPolicy"],
});

const rateLimit = (value: unknown, rules = limited) => parse({ rateLimit: value }, {}, rules).rateLimit;
const cors = (value: unknown, rules = shared) => parse({ CORS: value }, {}, rules).cors;

describe("A default rate limit", () => {
  it("holds where the object says nothing of a rate limit", () => {
    for (const unset of [undefined, null, "", {}]) {
      assert.deepEqual(rateLimit(unset), { enabled: true, identifier: IP, limit: 100, interval: "pm" });
    }
  });

  it("holds for each field that the object leaves unset, over the default of the CRD", () => {
    assert.deepEqual(rateLimit({ limit: "5" }), { enabled: true, identifier: IP, limit: 5, interval: "pm" });
    assert.deepEqual(rateLimit({ enabled: true, identifier: "X-Client" }), {
      enabled: true,
      identifier: { type: "header", name: "x-client" },
      limit: 100,
      interval: "pm",
    });
  });

  it("takes the empty strings that charts render for unset", () => {
    assert.deepEqual(
      rateLimit({ enabled: "", identifier: "", limit: " ", interval: "" }),
      rateLimit(undefined),
    );
  });

  it("gives way to an object that switches the limit off", () => {
    assert.equal(rateLimit({ enabled: false }).enabled, false);
    assert.equal(
      rateLimit({ enabled: "false", identifier: "IP", limit: "6", interval: "pm" }).enabled,
      false,
    );
  });

  it("gives way to an object in the Azure operator's shape, whose period is an interval and asks for the limit", () => {
    const azures = { limit: 5, period: 1 };
    const expected = { enabled: true, identifier: IP, limit: 5, interval: "ps" };

    assert.deepEqual(rateLimit(azures), expected);
    const off = rulesWith({ defaults: { rateLimit: { enabled: false, interval: "pm" } } });
    assert.deepEqual(rateLimit(azures, off), expected);
    assert.equal(rateLimit({ ...azures, enabled: false }).enabled, false);
  });

  it("may have the Azure operator's shape itself", () => {
    const azures = rulesWith({ defaults: { rateLimit: { limit: 7, period: 60 } } });

    assert.deepEqual(rateLimit(undefined, azures), {
      enabled: true,
      identifier: IP,
      limit: 7,
      interval: "pm",
    });
    assert.deepEqual(rateLimit({ interval: "ps" }, azures), {
      enabled: true,
      identifier: IP,
      limit: 7,
      interval: "ps",
    });
    assert.equal(rateLimit({ enabled: false }, azures).enabled, false);
  });

  it("holds for objects of the older kind", () => {
    const older = { ...resource({ apiType: undefined }), kind: "API" };

    assert.equal(parseExposedApi(older, limited).rateLimit.limit, 100);
  });

  it("does not hide what is wrong in the object", () => {
    assert.deepEqual(complaints({ rateLimit: { limit: -1 } }, {}, limited), [
      "spec.rateLimit.limit: -1 must be a positive integer",
    ]);
    assert.deepEqual(complaints({ rateLimit: { limit: 5, period: 30 } }, {}, limited), [
      "spec.rateLimit.period: 30 must be 1 or 60: seconds, the same as interval ps or pm",
    ]);
    assert.deepEqual(complaints({ rateLimit: [{ limit: 5 }] }, {}, limited), [
      "spec.rateLimit: a list of 1 must be an object",
    ]);
  });
});

describe("Default CORS", () => {
  it("holds where the object says nothing of CORS", () => {
    const { enabled, allowOrigins, handlePreflightRequests } = cors(undefined);

    assert.equal(enabled, true);
    assert.deepEqual(allowOrigins, ["https://portal.example.com"]);
    assert.deepEqual(handlePreflightRequests.allowMethods, ["GET"]);
    assert.equal(handlePreflightRequests.maxAge, 60);
    assert.equal(handlePreflightRequests.enabled, true, "the default of the CRD");
  });

  it("holds for each field that the object leaves unset, in the preflight block too", () => {
    const { enabled, allowOrigins, handlePreflightRequests } = cors({
      allowOrigins: "https://own.example.com",
      handlePreflightRequests: { allowMethods: "POST", maxAge: "" },
    });

    assert.equal(enabled, true);
    assert.deepEqual(allowOrigins, ["https://own.example.com"]);
    assert.deepEqual(handlePreflightRequests.allowMethods, ["POST"]);
    assert.equal(handlePreflightRequests.maxAge, 60);
  });

  it("gives way to an object that switches CORS off", () => {
    assert.equal(cors({ enabled: false }).enabled, false);
  });

  it("gives way to an object in the Azure operator's shape, which asks for CORS by itself", () => {
    const off = rulesWith({
      defaults: { CORS: { enabled: false, handlePreflightRequests: { allowMethods: "GET", maxAge: 60 } } },
    });
    const { enabled, handlePreflightRequests } = cors({ allowMethods: ["POST"] }, off);

    assert.equal(enabled, true);
    assert.deepEqual(handlePreflightRequests.allowMethods, ["POST"]);
    assert.equal(handlePreflightRequests.maxAge, 60);
  });

  it("may have the Azure operator's shape itself", () => {
    const azures = rulesWith({ defaults: { CORS: { allowOrigins: ["https://a.example"], maxAge: 60 } } });

    assert.equal(cors(undefined, azures).enabled, true);
    assert.equal(cors({ enabled: false }, azures).enabled, false);
    assert.equal(cors({ handlePreflightRequests: { maxAge: 5 } }, azures).handlePreflightRequests.maxAge, 5);
  });

  it("is named where it and the object contradict each other", () => {
    const credentials = rulesWith({
      defaults: { CORS: { enabled: true, allowCredentials: true, allowOrigins: "https://a.example" } },
    });

    assert.deepEqual(complaints({ CORS: { allowOrigins: "*" } }, {}, credentials), [
      'spec.CORS.allowOrigins: "*" must list origins, not "*" (also the default), while allowCredentials is true, ' +
        "with the platform's defaults",
    ]);
  });

  it("does not hide what is wrong in the object", () => {
    for (const [wrong, field] of [
      ["*", "spec.CORS"],
      [{ handlePreflightRequests: "GET" }, "spec.CORS.handlePreflightRequests"],
      [{ maxAge: -1 }, "spec.CORS.maxAge"],
    ] as const) {
      const [first, ...others] = complaints({ CORS: wrong }, {}, shared);
      assert.ok(first?.startsWith(`${field}: `), first);
      assert.doesNotMatch(first ?? "", /platform/);
      assert.deepEqual(others, []);
    }
  });
});

describe("Default jwt, mtls and networkPolicy", () => {
  const rules = rulesWith({
    defaults: { jwt: ["partner", "keycloak"], mtls: "strict", networkPolicy: { cidrs: ["10.0.0.0/8"] } },
  });

  it("hold where an object has no annotation, or a blank one", () => {
    for (const annotations of [{}, { jwt: "", mtls: " ", "network-policy": null }]) {
      const { jwt, mtls, networkPolicy } = parse({}, annotated(annotations), rules);

      assert.deepEqual(jwt, ["keycloak", "partner"]);
      assert.equal(mtls, "strict");
      assert.deepEqual(networkPolicy, { cidrs: ["10.0.0.0/8"] });
    }
  });

  it("give way to the annotation as a whole", () => {
    const annotations = { jwt: "partner", mtls: "permissive", "network-policy": "gateway" };
    const { jwt, mtls, networkPolicy } = parse({}, annotated(annotations), rules);

    assert.deepEqual(jwt, ["partner"]);
    assert.equal(mtls, "permissive");
    assert.deepEqual(networkPolicy, { cidrs: [] });
  });

  it("give way to none", () => {
    const api = parse({}, annotated({ jwt: "none", mtls: "none", "network-policy": "none" }), rules);

    assert.deepEqual(api.jwt, []);
    assert.ok(!("mtls" in api) && !("networkPolicy" in api));
  });

  it("let a rate limit count by a claim, unless the object takes no tokens", () => {
    const claims = rulesWith({
      defaults: { jwt: ["keycloak"], rateLimit: { enabled: true, limit: 5, identifier: "claim:sub" } },
    });

    assert.deepEqual(parse({}, {}, claims).rateLimit.identifier, { type: "claim", name: "sub" });
    const complaint =
      'spec.rateLimit.identifier: "claim:sub" must be IP or a header while the API requires no token of a JWT provider';
    const none = annotated({ jwt: "none" });
    assert.deepEqual(complaints({}, none, claims), [`${complaint}, with the platform's defaults`]);
    const own = { rateLimit: { enabled: true, limit: 5, identifier: "claim:sub" } };
    assert.deepEqual(complaints(own, none, claims), [complaint], "the object asks for both itself");
  });
});

describe("A locked policy", () => {
  const rules = locking(
    rulesWith({
      defaults: {
        rateLimit: { enabled: true, limit: 100 },
        CORS: { enabled: true, allowOrigins: "https://portal.example.com" },
        jwt: ["keycloak"],
        mtls: "strict",
        networkPolicy: { cidrs: ["10.0.0.0/8"] },
      },
    }),
  );
  /** What an API gets of the policies that can be locked. */
  const policies = ({ cors: given, rateLimit: limit, jwt, mtls, networkPolicy }: ExposedApi) => ({
    cors: given,
    rateLimit: limit,
    jwt,
    mtls,
    networkPolicy,
  });
  const given = (spec: Json, annotations: Json, under: PlatformRules) =>
    policies(parse(spec, annotated(annotations), under));

  it("is what the platform says, whatever the object asks for", () => {
    const asked = given(
      { rateLimit: { enabled: false }, CORS: { allowOrigins: "*", allowCredentials: false } },
      { jwt: "none", mtls: "permissive", "network-policy": "0.0.0.0/0" },
      rules,
    );

    assert.deepEqual(asked, given({}, {}, rules));
    assert.equal(asked.rateLimit.limit, 100);
    assert.deepEqual(asked.jwt, ["keycloak"]);
  });

  it("is off where it has no default, whatever the object asks for", () => {
    const asked = parse(
      { rateLimit: { enabled: true, limit: 5 }, CORS: { enabled: true } },
      annotated({ jwt: "keycloak", mtls: "strict", "network-policy": "gateway" }),
      locking(rulesWith({})),
    );

    assert.deepEqual(policies(asked), policies(parse()));
    assert.deepEqual(asked.overridden, ["CORS", "rateLimit", "jwt", "mtls", "networkPolicy"]);
  });

  it("is told of each object that asks for something else", () => {
    const overridden = (spec: Json, annotations: Json = {}) =>
      parse(spec, annotated(annotations), rules).overridden;

    assert.deepEqual(overridden({ rateLimit: { enabled: false } }), ["rateLimit"]);
    assert.deepEqual(overridden({ rateLimit: { limit: 5 } }), ["rateLimit"]);
    assert.deepEqual(overridden({ CORS: { allowOrigins: "*" } }, { jwt: "partner" }), ["CORS", "jwt"]);
    assert.deepEqual(overridden({}, { mtls: "none", "network-policy": "gateway" }), [
      "mtls",
      "networkPolicy",
    ]);
  });

  it("is not told of an object that asks for the same, or for nothing", () => {
    const same = parse(
      { rateLimit: { enabled: true, limit: "100", identifier: "ip" }, CORS: { allowCredentials: false } },
      annotated({ jwt: "keycloak,keycloak", mtls: "strict", "network-policy": "10.0.0.0/8" }),
      rules,
    );

    assert.deepEqual(same.overridden, []);
    assert.deepEqual(parse({}, {}, rules).overridden, []);
  });

  it("that is off is not told of an object that switches it off with other fields in place", () => {
    const chart = { rateLimit: { enabled: false, identifier: "IP", limit: "6", interval: "pm" } };

    assert.deepEqual(parse(chart, {}, locking(rulesWith({}))).overridden, []);
  });

  it("does not hide what is wrong in the object, and finds nothing wrong that only its own fields make so", () => {
    const credentials = locking(
      rulesWith({
        defaults: { CORS: { enabled: true, allowCredentials: true, allowOrigins: "https://a.example" } },
      }),
    );

    assert.deepEqual(complaints({ CORS: { allowOrigins: "*" } }, {}, credentials), []);
    assert.deepEqual(complaints({ rateLimit: { limit: 0 } }, {}, credentials), [
      "spec.rateLimit.limit: 0 must be a positive integer",
    ]);
    assert.equal(complaints({}, annotated({ mtls: "sometimes" }), credentials).length, 1);
  });

  it("leaves the others to the object", () => {
    const api = parse(
      { rateLimit: { limit: 5 }, CORS: { enabled: false } },
      {},
      { ...rules, locked: ["rateLimit"] },
    );

    assert.equal(api.rateLimit.limit, 100);
    assert.equal(api.cors.enabled, false);
    assert.deepEqual(api.overridden, ["rateLimit"]);
  });
});

describe("The platform's rules", () => {
  it("are not changed by the models made from them", () => {
    const rules = locking(
      rulesWith({ defaults: { jwt: ["partner", "keycloak"], networkPolicy: { cidrs: ["10.0.0.0/8"] } } }),
    );
    const before = structuredClone(rules);
    parse({}, {}, rules);

    assert.deepEqual(rules, before);
    assert.ok(!Object.isFrozen(rules.defaults.jwt) && !Object.isFrozen(rules.defaults.networkPolicy));
  });

  it("change nothing where they are none", () => {
    const rules = { defaults: {}, locked: [], jwtProviders: [] };
    assert.deepEqual(parseExposedApi(resource(), rules), parse());
  });
});
