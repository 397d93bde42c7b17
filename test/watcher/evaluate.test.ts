import assert from "node:assert/strict";
import { type ApiContext } from "../../components";
import { claimOf, evaluate } from "../../watcher/evaluate";
import { type ApiObject } from "../../watcher/kube/objects";
import { type Json, resource } from "../spec/examples";
import { apis, exposedApis } from "./examples";
import { behind, catalog } from "./gateways";
import { platform } from "./world";

const look = (changes: Json = {}, metadata: Json = {}) =>
  evaluate(exposedApis, resource(changes, metadata), platform);

describe("evaluate", () => {
  it("gives the API, its routes and its hash", () => {
    const { api, routes, hash, problem } = look();

    assert.equal(api?.name, "r1-catalog-api");
    assert.deepEqual(routes, ["component-gateway */r1-catalog/tmf-api/productCatalogManagement/v4"]);
    assert.match(hash, /^[0-9a-f]{16}$/);
    assert.equal(problem, undefined);
  });

  it("takes the kind from the resource: objects of a list have none of their own", () => {
    const { metadata, spec } = resource();
    const object = { metadata, spec } as ApiObject;

    assert.equal(evaluate(exposedApis, object, platform).api?.kind, "ExposedAPI");
    assert.equal(evaluate(apis, object, platform).api?.kind, "API");
  });

  it("tells each field of an invalid spec, which asks for no route", () => {
    const { api, routes, problem } = look({ port: 0, path: "catalog" });

    assert.equal(api, undefined);
    assert.deepEqual(routes, []);
    assert.equal(problem?.reason, "InvalidSpec");
    assert.match(problem.message, /spec\.path: "catalog" must .*; spec\.port: 0 must /);
  });

  it("has what is around the API in its settings, and so in its hash", () => {
    const around = (context: ApiContext | undefined) =>
      evaluate(exposedApis, resource(), platform, undefined, (api, gateway, [route]) => {
        assert.deepEqual([gateway.type, route?.path], ["istio", api.path]);
        return { context };
      });
    const known = around({ innerPaths: ["/r1-catalog/x"] });
    assert.deepEqual(known.settings?.context, { innerPaths: ["/r1-catalog/x"] });
    assert.notEqual(known.hash, look().hash);
    assert.equal(around(undefined).hash, look().hash);
  });

  it("gives an invalid spec a hash of its own, so that its change is seen", () => {
    assert.match(look({ port: 0 }).hash, /^[0-9a-f]{16}$/);
    assert.notEqual(look({ port: 0 }).hash, look({ port: -1 }).hash);
    assert.equal(look({ port: 0 }).hash, look({ port: 0 }, { resourceVersion: "2" }).hash);
  });

  it("gives two invalid specs that break the same rule the same hash: nothing is news", () => {
    assert.equal(look({ port: 0, path: "/a" }).hash, look({ port: 0, path: "/b" }).hash);
  });

  it("tells a field that is nested 5000 levels deep as any other that is wrong", () => {
    let deep: Json = {};
    for (let level = 0; level < 5000; level++) deep = { deep };

    assert.equal(
      look({ port: deep }).problem?.message,
      "spec.port: an object must be an integer from 1 to 65535; correct what is named here",
    );
  });

  it("does not fail on an object without a spec", () => {
    const { problem } = evaluate(exposedApis, { metadata: { name: "a" } }, platform);

    assert.equal(problem?.reason, "InvalidSpec");
  });

  it("takes the gateway by its name", () => {
    assert.equal(look({}, { annotations: { "oda.tmforum.org/gateway": "istio" } }).problem, undefined);
  });

  it("refuses a gateway it does not know, and asks for no route", () => {
    const { problem, routes } = look({}, { annotations: { "oda.tmforum.org/gateway": "kong" } });

    assert.deepEqual(problem, {
      reason: "UnknownGateway",
      message:
        'metadata.annotations["oda.tmforum.org/gateway"]: "kong" must be one of istio, azure-apim, whalecloud-apig; take one of these names, or remove the annotation',
    });
    assert.deepEqual(routes, []);
  });
});

describe("the annotation oda.tmforum.org/monitoring", () => {
  const annotated = (value: string, apiType: string) =>
    look({ apiType }, { annotations: { "oda.tmforum.org/monitoring": value } });

  it("chooses the variant of a metrics API, and of no other", () => {
    const { settings } = annotated("prometheusannotation", "openmetrics");
    assert.deepEqual(settings?.monitoring, { type: "PrometheusAnnotations", workloads: [] });
    assert.equal(annotated("PrometheusAnnotations", "openapi").settings?.monitoring, undefined);
  });

  it("is refused with a value that is none, where the API has metrics", () => {
    const { problem, routes } = annotated("Nagios", "prometheus");
    assert.equal(problem?.reason, "UnknownMonitoring");
    assert.match(problem.message, /"Nagios" must be one of ServiceMonitor, /);
    assert.deepEqual(routes, []);
    assert.equal(annotated("Nagios", "openapi").problem, undefined);
  });
});

describe("claimOf", () => {
  const routes = ["component-gateway */r1-catalog/tmf-api/productCatalogManagement/v4"];
  const claim = (status: unknown, metadata: Json = {}) => {
    const object = { ...resource({}, metadata), status } as ApiObject;
    return claimOf(object, evaluate(exposedApis, object, platform));
  };

  it("is what the spec asks for, what the status says it serves, and since when", () => {
    const stack = { name: "components.a", gateway: "istio", routes: ["component-gateway */before"] };

    assert.deepEqual(claim({ stack }, { creationTimestamp: "2026-01-01T00:00:00Z" }), {
      wanted: routes,
      served: ["component-gateway */before"],
      since: "2026-01-01T00:00:00Z",
    });
  });

  it("has the host name of the spec, or of what was applied last while that is invalid", () => {
    const apiStatus = { path: "/a", url: "https://a.example.com/a", ip: "10.0.0.1" };
    const of = (spec: Json) => {
      const object = { ...resource(spec), status: { apiStatus } } as ApiObject;
      return claimOf(object, evaluate(exposedApis, object, platform)).hostname;
    };
    assert.equal(of({ hostname: "b.example.com" }), "b.example.com");
    assert.equal(of({}), undefined);
    assert.equal(of({ port: 0 }), "a.example.com");
  });

  it("has no host name behind a gateway where that has no listener of its own", () => {
    const settings = { ...platform, gateways: catalog() };
    const hostnameOf = (gateway: string, stack?: Json) => {
      const object = {
        ...resource({ hostname: "b.example.com" }, behind(gateway)),
        status: { stack },
      } as ApiObject;
      return claimOf(object, evaluate(exposedApis, object, settings)).hostname;
    };
    assert.equal(hostnameOf("istio"), "b.example.com");
    assert.equal(hostnameOf("azure-apim"), undefined);
    assert.equal(hostnameOf("azure-apim", { name: "a", gateway: "istio" }), "b.example.com");
  });

  it("asks for nothing while the object is being deleted", () => {
    assert.deepEqual(claim({}, { deletionTimestamp: "2026-01-01T00:00:00Z" }).wanted, []);
  });

  for (const stack of [{ routes: 5 }, "x", { name: 3 }, null, { name: "a", gateway: "istio", routes: 5 }]) {
    it(`serves nothing by a status of another shape: ${JSON.stringify(stack)}`, () => {
      const { wanted, served } = claim({ stack });

      assert.deepEqual([wanted, served], [routes, []]);
    });
  }
});
