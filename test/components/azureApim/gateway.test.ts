import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  addressSource,
  awaited,
  contextNeeds,
  publicUrl,
  routesOf,
  specErrors,
  unversionedPath,
  type ApiContext,
} from "../../../components";
import { pathThere } from "../../../components/azureApim/versions";
import { apiWith, context, document, PATH, settings, withCluster } from "./examples";

const root = join(__dirname, "..", "..", "..");

describe("the URL of an API behind Azure API Management", () => {
  it("is that of the service, or the API's own host name", () => {
    assert.deepEqual(publicUrl(apiWith(), settings, undefined), {
      url: `https://oda-apim.azure-api.net${PATH}`,
      ip: "oda-apim.azure-api.net",
    });
  });

  it("hostname × azure-apim: part of the URL, and not told to API Management", () => {
    assert.deepEqual(publicUrl(apiWith({ hostname: "catalog.example.com" }), settings, undefined), {
      url: `https://catalog.example.com${PATH}`,
      ip: "oda-apim.azure-api.net",
    });
  });

  it("needs no address of a gateway", () => {
    assert.deepEqual(addressSource(settings), { from: "settings" });
  });
});

describe("the routes of an API behind Azure API Management", () => {
  it("are its path, on all hosts, its id, and its path at the gateway of the cluster", () => {
    const routes = [
      { gateway: "azure-apim/oda-apim", host: "oda-apim.azure-api.net", path: PATH },
      { gateway: "azure-apim/oda-apim/apis", host: "r1-catalog-api", path: "/" },
      { gateway: "component-gateway", host: "*", path: PATH },
    ];
    assert.deepEqual(routesOf(apiWith(), settings), routes);
    assert.deepEqual(routesOf(apiWith({ hostname: "catalog.example.com" }), settings), routes);
  });

  it("tell namespaces apart where ids do", () => {
    const [, id] = routesOf(apiWith(), { ...settings, apiIds: "namespace-name" });
    assert.equal(id?.host, "components-r1-catalog-api");
  });
});

describe("the version of an API behind Azure API Management", () => {
  const there = (path: string, version?: string, around: ApiContext = {}) =>
    pathThere({
      api: apiWith({
        path,
        specification: version === undefined ? [] : [{ url: "https://a.example/x", version }],
      }),
      settings,
      context: around,
    });

  it("path × azure-apim: the path of the Api, and its version apart where the specification has the same one", () => {
    const versioned = { path: "tmf-api/catalog", version: "v4" };
    for (const version of ["v4", "4", "4.0.0", "v4.1", "4.1.0-SNAPSHOT"])
      assert.deepEqual(there("/tmf-api/catalog/v4", version), versioned, version);
    for (const version of ["5.0.0", "latest", undefined])
      assert.deepEqual(there("/tmf-api/catalog/v4", version), { path: "tmf-api/catalog/v4" }, version);
  });

  it("path × azure-apim: the version of the document counts too", () => {
    assert.deepEqual(there("/tmf-api/catalog/4", "2", { document }), {
      path: "tmf-api/catalog",
      version: "4",
    });
  });

  it("path × azure-apim: the whole path where another API has the version set, or nothing would be left", () => {
    const versionSetHolder = { kind: "ExposedAPI", namespace: "other", name: "catalog-v3" } as const;
    assert.deepEqual(there("/catalog/v4", "4", { versionSetHolder }), { path: "catalog/v4" });
    assert.deepEqual(there("/v4", "4"), { path: "v4" });
    assert.deepEqual(there("/", "4"), { path: "" });
  });

  it("is told of a path alone, so that APIs with one path can be found", () => {
    const paths = {
      "/a/v4": "/a",
      "/a/b/4.1/": "/a/b",
      "/a/vnext": undefined,
      "/v4": undefined,
      "/a/4x": undefined,
    };
    for (const [path, rest] of Object.entries(paths)) assert.equal(unversionedPath(path), rest, path);
  });

  it("path × azure-apim: one that is too long is an error of the spec", () => {
    const [error] = specErrors(apiWith({ path: `/${"a".repeat(400)}` }), settings);
    assert.equal(error?.field, "spec.path");
    assert.deepEqual(specErrors(apiWith({ path: `/${"a".repeat(399)}` }), settings), []);
  });
});

describe("what is awaited before API Management is told of an API", () => {
  const awaitedFor = (of = settings, around: ApiContext = {}) =>
    awaited({ api: apiWith(), settings: of, context: around });

  it("is the address of its route in the cluster, unless the settings have one", () => {
    assert.deepEqual(awaitedFor(), ["backend"]);
    assert.deepEqual(awaitedFor(settings, context), []);
    assert.deepEqual(awaitedFor(withCluster({ address: "10.1.2.3" })), []);
  });

  it("is among what the API needs to know", () => {
    const needs = (api = apiWith(), of = settings) => contextNeeds(api, of);
    const url = "https://a.example/x.json";
    assert.ok(needs().includes("backend"));
    assert.equal(needs(apiWith(), withCluster({ address: "10.1.2.3" })).includes("backend"), false);
    assert.ok(needs(apiWith({ specification: [{ url }] })).includes("document"));
    assert.ok(needs(apiWith({ specification: ["configmap:docs/catalog.json"] })).includes("document"));
    assert.equal(needs(apiWith({ specification: [{ version: "4" }] })).includes("document"), false);
    assert.equal(needs(apiWith({ specification: [{ url }], apiType: "mcp" })).includes("document"), false);
    assert.equal(needs(apiWith({ path: "/catalog" })).includes("versionSetHolder"), false);
  });
});

describe("a program without Azure API Management", () => {
  it("does not load the SDK of its provider", () => {
    const program =
      "require('./components'); console.log(Object.keys(require.cache).filter((f) => f.includes('azure-native')).length)";
    const { stdout, stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
      cwd: root,
      encoding: "utf8",
      timeout: 60_000,
    });
    assert.equal(stdout.trim(), "0", stderr);
  }).timeout(60_000);
});
