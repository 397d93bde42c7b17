import assert from "node:assert/strict";
import { defaultIstioSettings } from "../../components";
import { parseExposedApi, type ExposedApi, type PolicyDefaults } from "../../spec";
import { reconcileHash, type ApiSettings } from "../../stack";
import { annotated, type Json, parse, resource, rulesWith } from "../spec/examples";

const settings: ApiSettings = { gateway: defaultIstioSettings };
const hash = (api: ExposedApi) => reconcileHash(api, settings);

const changes: Readonly<Record<string, Json>> = {
  apiType: { apiType: "prometheus" },
  implementation: { implementation: "other" },
  path: { path: "/other" },
  port: { port: 8081 },
  hostname: { hostname: "catalog.example.com" },
  developerUI: { developerUI: "/docs" },
  specification: { specification: [{ url: "https://example.com/openapi.json" }] },
  basicAuth: { basicAuth: { username: { name: "s", key: "u" }, password: { name: "s", key: "p" } } },
  CORS: { CORS: { enabled: true } },
  "CORS.allowOrigins": { CORS: { allowOrigins: "https://a.example" } },
  rateLimit: { rateLimit: { enabled: true, limit: "10" } },
  quota: { quota: { limit: "10" } },
  apiKeyVerification: { apiKeyVerification: { enabled: true, location: "header" } },
  OASValidation: { OASValidation: { requestEnabled: true } },
  template: { template: "gold" },
};

describe("reconcileHash", () => {
  it("is 16 hexadecimal digits", () => {
    assert.match(hash(parse()), /^[0-9a-f]{16}$/);
  });

  // Another value here means that an upgrade of the watcher runs the engine for every API that it serves: only with
  // another PROGRAM_REVISION, and a word in the changelog.
  it("is what it was in earlier releases, so that an upgrade has nothing to do for an API behind Istio", () => {
    const everyPolicy = parse({
      rateLimit: { enabled: true, identifier: "IP", limit: "10", interval: "pm" },
      quota: { identifier: "", limit: "10" },
      CORS: { enabled: true, allowOrigins: "https://a.example" },
      OASValidation: { requestEnabled: true },
      apiKeyVerification: { enabled: true, location: "header" },
      specification: [{ url: "https://example.com/openapi.json" }],
    });
    const annotations = annotated({ jwt: "keycloak", mtls: "strict" });
    const metrics = parse(
      { apiType: "prometheus", hostname: "catalog.example.com" },
      annotations,
      rulesWith({ defaults: {} }),
    );

    assert.equal(hash(parse()), "f088a96fa04fa0de");
    assert.equal(hash(everyPolicy), "0c142c49a2cb0e30");
    assert.equal(
      reconcileHash(metrics, { ...settings, monitoring: { type: "ServiceMonitor" } }),
      "a9f0b48623e3a721",
    );
  });

  it("is the same for equal APIs, in whichever version's shape they are written", () => {
    const v1 = parse({ specification: [{ url: "https://example.com/openapi.json" }], template: "" });
    const v1beta3 = parse({ specification: ["https://example.com/openapi.json"] });

    assert.equal(hash(v1), hash(v1beta3));
  });

  for (const [field, change] of Object.entries(changes)) {
    it(`changes with spec.${field}`, () => {
      assert.notEqual(hash(parse(change)), hash(parse()));
    });
  }

  it("changes with the name, the namespace and the Component of the object", () => {
    const hashes = [
      parse(),
      parse({}, { name: "other" }),
      parse({}, { namespace: "other" }),
      parse({}, { labels: { "oda.tmforum.org/componentName": "r1-catalog" } }),
    ].map(hash);

    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("changes with the policies that annotations or the platform's defaults ask for", () => {
    const rules = (defaults: PolicyDefaults) => rulesWith({ defaults });
    const hashes = [
      parse(),
      parse({}, annotated({ mtls: "strict" })),
      parse({}, annotated({ "network-policy": "gateway" })),
      parse({}, annotated({ jwt: "keycloak" }), rules({})),
      parse({}, {}, rules({ rateLimit: { enabled: true, limit: 5 } })),
      parse({}, {}, rules({ CORS: { enabled: true } })),
    ].map(hash);

    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("changes with every setting of the gateway", () => {
    const hashes = [
      defaultIstioSettings,
      { ...defaultIstioSettings, gateway: "other" },
      { ...defaultIstioSettings, publicHostname: "api.example.com" },
      { ...defaultIstioSettings, apiVersion: "networking.istio.io/v1beta1" as const },
    ].map((gateway) => reconcileHash(parse(), { gateway }));

    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("changes with how metrics are announced, and where", () => {
    const workload = { kind: "Deployment", name: "catalog", endpoints: [] } as const;
    const endpoint = { container: "main", port: 8080, path: "/metrics" };
    const hashes = [
      undefined,
      { type: "ServiceMonitor" } as const,
      { type: "PrometheusAnnotations", workloads: [workload] } as const,
      { type: "DataDogAnnotations", workloads: [workload] } as const,
      { type: "DataDogAnnotations", workloads: [] } as const,
      { type: "DataDogAnnotations", workloads: [{ ...workload, endpoints: [endpoint] }] } as const,
    ].map((monitoring) =>
      reconcileHash(parse(), { ...settings, ...(monitoring === undefined ? {} : { monitoring }) }),
    );

    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("does not change with what the API server and this project write into an object", () => {
    const object = resource();
    const written = {
      ...object,
      metadata: { ...(object["metadata"] as Json), resourceVersion: "7", generation: 3, finalizers: ["x"] },
      status: { apiStatus: { url: "https://10.0.0.1/" } },
    };

    assert.equal(hash(parseExposedApi(written)), hash(parseExposedApi(object)));
  });
});
