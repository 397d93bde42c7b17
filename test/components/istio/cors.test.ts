import assert from "node:assert/strict";
import { needsPlatform } from "../../../components";
import { apiWith, guarded, objectsOf, outcomeOf, patchesOf, PATH, sharedSpecOf, specOf } from "./examples";
import { defaultIstioSettings } from "../../../components";
import { type Json } from "../../spec/examples";

/** The HTTP routes of an API with this `spec.CORS`. */
function routesWith(cors: Json, path = PATH, innerPaths: readonly string[] = []): Json[] {
  const objects = objectsOf(apiWith({ CORS: cors, path }), defaultIstioSettings, { innerPaths });
  return specOf(objects, "VirtualService")["http"] as Json[];
}

/** The corsPolicy of an API with CORS. */
function corsPolicyOf(cors: Json): Json {
  const [route] = routesWith({ enabled: true, ...cors });
  return route?.["corsPolicy"] as Json;
}

describe("CORS behind Istio", () => {
  it("CORS × istio: the corsPolicy of the VirtualService", () => {
    const api = apiWith({
      CORS: {
        enabled: true,
        allowCredentials: true,
        allowOrigins: "https://shop.example.com, https://App.example.com:443",
        handlePreflightRequests: {
          allowHeaders: "Content-Type,X-Trace",
          allowMethods: "GET,PUT",
          maxAge: 600,
        },
      },
    });

    const [route, ...others] = specOf(objectsOf(api), "VirtualService")["http"] as Json[];
    assert.deepEqual(route?.["corsPolicy"], {
      allowOrigins: [{ exact: "https://shop.example.com" }, { exact: "https://app.example.com" }],
      allowCredentials: true,
      allowMethods: ["GET", "PUT"],
      allowHeaders: ["Content-Type", "X-Trace"],
      maxAge: "600s",
    });
    assert.deepEqual(route["match"], [{ uri: { prefix: PATH } }]);
    assert.deepEqual(others, []);
    assert.deepEqual(outcomeOf("CORS", api), {
      enforcedBy: "corsPolicy of VirtualService components/r1-catalog-api",
    });
  });

  it("has no corsPolicy unless it is asked for", () => {
    assert.deepEqual(
      routesWith({ allowOrigins: "https://a.example" }).map((route) => route["corsPolicy"]),
      [undefined],
    );
  });

  it("CORS.allowOrigins × istio: these origins and no others, or every origin where the spec says *", () => {
    const named = corsPolicyOf({ allowOrigins: "https://a.example,http://b.example:8080" });
    assert.deepEqual(named["allowOrigins"], [
      { exact: "https://a.example" },
      { exact: "http://b.example:8080" },
    ]);
    assert.deepEqual(corsPolicyOf({})["allowOrigins"], [{ regex: ".*" }]);
  });

  it("CORS.allowCredentials × istio: credentials are allowed, for origins that are named only", () => {
    const credentials = { allowCredentials: true };
    assert.equal(
      corsPolicyOf({ ...credentials, allowOrigins: "https://a.example" })["allowCredentials"],
      true,
    );
    assert.throws(
      () => corsPolicyOf(credentials),
      /spec\.CORS\.allowOrigins.*while allowCredentials is true/,
    );
  });

  it("CORS.handlePreflightRequests.allowHeaders × istio: these headers are allowed", () => {
    const allowHeaders = "Authorization, X-Trace";
    const policy = corsPolicyOf({ handlePreflightRequests: { allowHeaders } });
    assert.deepEqual(policy["allowHeaders"], ["Authorization", "X-Trace"]);
  });

  it("allows no credentials unless the spec says so", () => {
    const [route] = routesWith({ enabled: true });
    const { allowOrigins, allowCredentials } = route?.["corsPolicy"] as Json;
    assert.deepEqual(allowOrigins, [{ regex: ".*" }]);
    assert.equal(allowCredentials, false);
  });

  it("takes every method of Istio's where the spec says *", () => {
    const api = apiWith({ CORS: { enabled: true, handlePreflightRequests: { allowMethods: "*" } } });
    const [route] = specOf(objectsOf(api), "VirtualService")["http"] as Json[];
    assert.equal(((route?.["corsPolicy"] as Json)["allowMethods"] as string[]).length, 9);
    assert.ok(outcomeOf("CORS", api).enforcedBy !== undefined);
  });

  it("CORS.handlePreflightRequests.allowMethods × istio: these methods, without those that Istio refuses", () => {
    const api = apiWith({
      CORS: { enabled: true, handlePreflightRequests: { allowMethods: "GET,PURGE,get" } },
    });
    const [route] = specOf(objectsOf(api), "VirtualService")["http"] as Json[];
    assert.deepEqual((route?.["corsPolicy"] as Json)["allowMethods"], ["GET"]);
    assert.deepEqual(outcomeOf("CORS", api), {
      enforcedBy: "corsPolicy of VirtualService components/r1-catalog-api",
      without: "the methods PURGE, get, which Istio does not take there",
    });
  });

  it("CORS.handlePreflightRequests.maxAge × istio: browsers keep an answer so long", () => {
    const said = (maxAge: number): unknown => corsPolicyOf({ handlePreflightRequests: { maxAge } })["maxAge"];
    assert.equal(said(1800), "1800s");
    assert.equal(said(0), "1s");
    assert.equal(said(Number.MAX_SAFE_INTEGER), "2147483647s");
  });

  it("CORS.handlePreflightRequests.enabled × istio: where it is false, preflight requests reach the implementation", () => {
    const [first, second, ...others] = routesWith({
      enabled: true,
      allowOrigins: "https://a.example",
      handlePreflightRequests: { enabled: false },
    });

    assert.ok(first !== undefined && second !== undefined);
    const preflight = { "access-control-request-method": {} };
    assert.deepEqual(first["match"], [{ uri: { prefix: PATH }, withoutHeaders: preflight }]);
    assert.deepEqual(first["corsPolicy"], {
      allowOrigins: [{ exact: "https://a.example" }],
      allowCredentials: false,
    });
    assert.deepEqual(second["match"], [{ uri: { prefix: PATH } }]);
    assert.equal(second["corsPolicy"], undefined);
    assert.deepEqual([first["name"], first["route"]], [second["name"], second["route"]]);
    assert.deepEqual(others, []);
  });

  it("keeps to its own paths while preflight requests are the implementation's", () => {
    const routes = routesWith({ enabled: true, handlePreflightRequests: { enabled: false } }, "/", ["/shop"]);
    for (const route of routes) {
      const [match] = route["match"] as Json[];
      assert.deepEqual((match?.["withoutHeaders"] as Json)[":path"], { prefix: "/shop" });
    }
  });

  it("answers before anybody is asked who calls, on a gateway that asks", () => {
    const first = (settings: typeof guarded): unknown[] =>
      patchesOf(sharedSpecOf(settings, "EnvoyFilter"))
        .filter(({ patch }) => patch["operation"] === "INSERT_FIRST")
        .map(({ patch }) => (patch["value"] as Json)["name"]);

    assert.deepEqual(first(guarded), ["envoy.filters.http.cors"]);
    assert.deepEqual(first({ ...guarded, apiKeys: undefined }), ["envoy.filters.http.cors"]);
    assert.deepEqual(first(defaultIstioSettings), []);
  });

  it("needs the objects that all APIs share only where the API asks who calls", () => {
    const cors = { CORS: { enabled: true } };
    assert.equal(needsPlatform(apiWith(cors), guarded), false);
    assert.equal(needsPlatform(apiWith({ ...cors, apiKeyVerification: { enabled: true } }), guarded), true);
  });
});
