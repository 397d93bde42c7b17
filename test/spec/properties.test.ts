import assert from "node:assert/strict";
import * as fc from "fast-check";
import { canonicalJson, InvalidSpecError, lockablePolicies, noRules, parseExposedApi } from "../../spec";
import { anySpec, inOldestShape, inV1, inV1beta3, inV1beta4, messySpec, validApi } from "./arbitraries";
import { fieldErrors, type Json, resource } from "./examples";

const UNSET = [undefined, null, "", "  "] as const;

/** The same resource with the keys of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, reordered(member)] as const);
  return Object.fromEntries(entries.reverse());
}

/** The same resource with each member that it has none of in `keys` written as unset. */
function withUnset(spec: Json, keys: readonly string[], unset: unknown): Json {
  const missing = keys.filter((key) => !(key in spec)).map((key) => [key, unset] as const);
  return { ...spec, ...Object.fromEntries(missing) };
}

describe("parseExposedApi on any input", () => {
  it("gives one model for one API, in whichever version's shape it is written", () => {
    fc.assert(
      fc.property(validApi, (api) => {
        const model = parseExposedApi(inV1(api));
        assert.deepEqual(parseExposedApi(inV1beta4(api)), model);
        assert.deepEqual(parseExposedApi(inV1beta3(api)), model);
        assert.deepEqual({ ...parseExposedApi(inOldestShape(api)), kind: "ExposedAPI" }, model);
      }),
    );
  });

  it("takes every valid API and keeps what it says", () => {
    fc.assert(
      fc.property(validApi, (api) => {
        const model = parseExposedApi(inV1(api));
        assert.equal(model.path, api.path);
        assert.equal(model.port, api.port);
        assert.equal(model.implementation, api.implementation);
        assert.deepEqual(model.specification, api.url === undefined ? [] : [{ url: api.url }]);
        assert.equal(model.rateLimit.limit, api.policies.rateLimit.limit);
      }),
    );
  });

  it("gives models whose canonical JSON depends on neither key order nor the way to write unset", () => {
    const optional = [
      "developerUI",
      "hostname",
      "template",
      "apiSDO",
      "basicAuth",
      "quota",
      "resources",
      "segment",
    ];
    fc.assert(
      fc.property(validApi, fc.constantFrom(...UNSET), (api, unset) => {
        const object = inV1(api);
        const text = canonicalJson(parseExposedApi(object));
        assert.equal(canonicalJson(parseExposedApi(reordered(object))), text);
        const padded = { ...object, spec: withUnset(object.spec, optional, unset) };
        assert.equal(canonicalJson(parseExposedApi(padded)), text);
      }),
    );
  });

  it("throws nothing but InvalidSpecError, which names a field and a rule each time", () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.anything(),
      messySpec.map((spec) => resource(spec)),
    );
    fc.assert(
      fc.property(anything, (object) => {
        for (const { field, rule } of fieldErrors(object)) {
          assert.match(field, /^(spec|metadata|kind)\b/);
          assert.match(rule, /^(must|is) ./);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("throws nothing else under any defaults, locked or not", () => {
    fc.assert(
      fc.property(messySpec, messySpec, fc.boolean(), (spec, other, isLocked) => {
        const { CORS = other, rateLimit = other } = other;
        const defaults = { CORS: CORS as object, rateLimit: rateLimit as object };
        const locked = isLocked ? lockablePolicies : [];
        for (const { field } of fieldErrors(resource(spec), { defaults, locked, jwtProviders: [] })) {
          assert.match(field, /^(spec|metadata|kind)\b/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("lets no object change a locked policy", () => {
    fc.assert(
      fc.property(validApi, validApi, fc.boolean(), (api, platforms, isAzures) => {
        const { CORS, rateLimit } = (isAzures ? inOldestShape(platforms) : inV1(platforms))["spec"] as Json;
        const defaults = { CORS: CORS as object, rateLimit: rateLimit as object };
        const rules = { defaults, locked: lockablePolicies, jwtProviders: [] };
        const model = parseExposedApi(inV1(api), rules);
        const silent = parseExposedApi(resource(), rules);
        assert.deepEqual([model.cors, model.rateLimit], [silent.cors, silent.rateLimit]);
        assert.deepEqual(silent.overridden, []);
      }),
    );
  });

  it("reads an object that says everything the same under any defaults", () => {
    fc.assert(
      fc.property(validApi, validApi, fc.boolean(), (api, platforms, isAzures) => {
        const { CORS, rateLimit } = (isAzures ? inOldestShape(platforms) : inV1(platforms))["spec"] as Json;
        const defaults = { CORS: CORS as object, rateLimit: rateLimit as object };
        const { rateLimit: limit, cors } = parseExposedApi(inV1(api), { ...noRules, defaults });
        const own = parseExposedApi(inV1(api));
        assert.deepEqual(limit, own.rateLimit);
        assert.deepEqual([cors.enabled, cors.allowOrigins], [own.cors.enabled, own.cors.allowOrigins]);
        assert.deepEqual(
          cors.handlePreflightRequests.allowMethods,
          own.cors.handlePreflightRequests.allowMethods,
        );
      }),
    );
  });

  it("keeps messages short, printable and free of what stands under basicAuth", () => {
    const secret = "S3cr3t-of-basic-auth";
    fc.assert(
      fc.property(messySpec, anySpec, (spec, metadata) => {
        const basicAuth = { username: secret, password: secret, nested: { password: [secret] } };
        const object = { ...resource({ ...spec, basicAuth }), metadata };
        assert.throws(
          () => parseExposedApi(object),
          (error) => {
            assert.ok(error instanceof InvalidSpecError);
            assert.ok(!error.message.includes(secret));
            assert.doesNotMatch(error.message, /\p{C}/u);
            assert.ok(error.message.length < 20 * 400);
            return true;
          },
        );
      }),
      { numRuns: 500 },
    );
  });

  it("reads an object fast enough to be done for each event", () => {
    const object = resource({
      CORS: { enabled: true, allowOrigins: "https://a.example, https://b.example" },
    });
    const runs = 5000;
    for (let run = 0; run < runs; run++) parseExposedApi(object);
    const started = performance.now();
    for (let run = 0; run < runs; run++) parseExposedApi(object);
    const microseconds = ((performance.now() - started) / runs) * 1000;
    assert.ok(microseconds < 200, `${microseconds} µs for each parse`);
  });
});
