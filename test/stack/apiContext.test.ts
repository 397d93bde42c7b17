import assert from "node:assert/strict";
import { defaultIstioSettings, type ApiContext, type GatewaySettings } from "../../components";
import { type ExposedApi } from "../../spec";
import { contextOf, type ContextSources } from "../../stack";
import { parse } from "../spec/examples";

const everything: ContextSources = {
  podLabels: (service) => ({ app: service }),
  innerPaths: () => ["/inner"],
  otherHosts: () => ["b.example.com"],
  hostHolder: () => ({ kind: "ExposedAPI", namespace: "components", name: "older" }),
  backend: () => "http://10.0.0.1",
  document: () => ({ digest: "0".repeat(64), format: "openapi+json" }),
  versionSetHolder: () => ({ kind: "ExposedAPI", namespace: "components", name: "v3" }),
};
const nothing: ContextSources = {
  podLabels: () => undefined,
  innerPaths: () => [],
  otherHosts: () => [],
  hostHolder: () => undefined,
  backend: () => undefined,
  document: () => undefined,
  versionSetHolder: () => undefined,
};
const withTls: GatewaySettings = {
  ...defaultIstioSettings,
  tls: { certManager: { issuer: "letsencrypt", kind: "ClusterIssuer" } },
};
const withCertificate: GatewaySettings = {
  ...defaultIstioSettings,
  tls: { certificates: [{ hosts: ["a.example.com"], secretName: "a" }] },
};

const forwarding = parse({ CORS: { enabled: true, handlePreflightRequests: { enabled: false } } }).cors;

describe("the context of an API", () => {
  const partsOf = (changes: Partial<ExposedApi>, gateway: GatewaySettings = defaultIstioSettings): string[] =>
    Object.keys(contextOf({ ...parse(), ...changes }, [], gateway, everything) ?? {});

  const parts: readonly (readonly [string, Partial<ExposedApi>, readonly (keyof ApiContext)[]])[] = [
    ["nothing is asked for", {}, ["innerPaths"]],
    ["mutual TLS is asked for", { mtls: "strict" }, ["podLabels", "innerPaths"]],
    ["callers are limited", { networkPolicy: { cidrs: [] } }, ["podLabels", "innerPaths"]],
    ["a token is asked for", { jwt: ["keycloak"] }, ["innerPaths", "otherHosts"]],
    ["a key is asked for", { apiKeyVerification: { enabled: true } }, ["innerPaths", "otherHosts"]],
    ["its path is the last that is tried", { path: "/" }, []],
    [
      "that path leaves preflight requests to the implementation",
      { path: "/", cors: forwarding },
      ["innerPaths"],
    ],
    ["that path is guarded", { path: "/", jwt: ["keycloak"] }, ["innerPaths", "otherHosts"]],
    ["it has a host name of its own", { hostname: "a.example.com" }, ["innerPaths"]],
  ];
  for (const [where, changes, expected] of parts) {
    it(`has ${expected.length === 0 ? "nothing" : expected.join(" and ")} where ${where}`, () => {
      assert.deepEqual(partsOf(changes), expected);
    });
  }

  it("has the holder of its host name where that may get a certificate of its own", () => {
    assert.deepEqual(partsOf({ hostname: "a.example.com" }, withTls), ["innerPaths", "hostHolder"]);
    assert.deepEqual(partsOf({}, withTls), ["innerPaths"]);
    assert.deepEqual(partsOf({ hostname: "a.example.com" }, withCertificate), ["innerPaths"]);
  });

  it("is not there where nothing is known, so that no hash depends on it", () => {
    const asking = { ...parse(), mtls: "strict", jwt: ["keycloak"], hostname: "a.example.com" } as const;
    assert.equal(contextOf(asking, [], withTls, nothing), undefined);
  });

  it("asks for the Pods of the implementation", () => {
    const context = contextOf({ ...parse(), mtls: "strict" }, [], defaultIstioSettings, everything);
    assert.deepEqual(context?.podLabels, { app: parse().implementation });
  });
});
