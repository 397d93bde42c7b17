import assert from "node:assert/strict";
import { rowOf } from "../../../dev/demo/apis";
import { type KubeObject } from "../../../dev/demo/cluster";
import {
  apiStatusOf,
  differences,
  promisedRoute,
  promisedScrape,
  promisedStatus,
  routeOf,
  scrapeOf,
  specOf,
} from "../../../dev/demo/promised";
import { CORE_API, gatewayHost, METRICS_API, readSample } from "../../../dev/demo/sample";
import { parseExposedApi } from "../../../spec";
import { virtualServiceSpec } from "../../../components/istio/virtualService";
import { serviceMonitorSpec } from "../../../components/monitoring/serviceMonitor";
import { defaultIstioSettings } from "../../../components";

async function sampleApi(name: string): Promise<KubeObject> {
  const { apis } = await readSample();
  const api = apis.find(({ metadata }) => metadata.name === name);
  assert.ok(api);
  return api;
}

function objectWith(kind: string, spec: object): KubeObject {
  return {
    apiVersion: "v1",
    kind,
    metadata: { name: "x", namespace: "components" },
    spec: spec as Record<string, unknown>,
  };
}

describe("What the demo promises", () => {
  it("is kept by the VirtualService that the components declare", async () => {
    for (const api of (await readSample()).apis) {
      const declared = virtualServiceSpec({ api: parseExposedApi(api), settings: defaultIstioSettings });
      const seen = routeOf(objectWith("VirtualService", declared));
      assert.deepEqual(differences("route", promisedRoute(specOf(api)), seen), []);
    }
  });

  it("is kept by the ServiceMonitor that the components declare", async () => {
    const api = await sampleApi(METRICS_API);
    const seen = scrapeOf(objectWith("ServiceMonitor", serviceMonitorSpec(parseExposedApi(api))));
    assert.deepEqual(differences("monitor", promisedScrape(specOf(api)), seen), []);
  });

  it("is not kept by a VirtualService with another path, port, host or a second route", async () => {
    const api = await sampleApi(CORE_API);
    const spec = specOf(api);
    const wrong = { ...parseExposedApi(api), path: "/other", port: 1, hostname: "a.example.org" };
    const declared = virtualServiceSpec({
      api: wrong,
      settings: { ...defaultIstioSettings, gateway: "other" },
    });
    assert.deepEqual(
      differences("route", promisedRoute(spec), routeOf(objectWith("VirtualService", declared))),
      [
        "route: hosts should be * and is a.example.org",
        "route: gateways should be component-gateway and is other",
        `route: prefix should be ${spec.path} and is /other`,
        "route: destination should be pc-catalog:8080 and is pc-catalog:1",
      ],
    );
    const right = virtualServiceSpec({ api: parseExposedApi(api), settings: defaultIstioSettings });
    const twice = objectWith("VirtualService", {
      ...right,
      http: [...(right.http ?? []), ...(right.http ?? [])],
    });
    assert.equal(differences("route", promisedRoute(spec), routeOf(twice)).length, 2);
  });

  it("is not kept where there is no VirtualService", async () => {
    const promised = promisedRoute(specOf(await sampleApi(CORE_API)));
    assert.deepEqual(differences("VirtualService pc", promised, routeOf(undefined)), [
      "VirtualService pc: there is none",
    ]);
  });

  it("is not kept by a status without a URL", async () => {
    const sample = await readSample();
    const api = await sampleApi(CORE_API);
    const spec = specOf(api);
    const promised = promisedStatus(spec, gatewayHost(sample), "uid-1");
    const { url, ...rest } = promised;
    const seen = { ...api, status: { apiStatus: rest } };
    assert.equal(url, "https://203.0.113.7/pc/tmf-api/productCatalogManagement/v4");
    assert.deepEqual(differences("status", promised, apiStatusOf(seen)), [
      `status: url should be ${url} and is not set`,
    ]);
  });
});

describe("A row of the demo's table", () => {
  it("says what the status says", async () => {
    const api = await sampleApi(METRICS_API);
    const status = {
      apiStatus: { url: "https://203.0.113.7/pc/metrics" },
      conditions: [{ type: "Ready", status: "False", reason: "NoReadyEndpoint", message: "" }],
      stack: { gateway: "istio", lastRun: "2026-01-02T03:04:05Z", result: "Failed" },
    };
    assert.deepEqual(rowOf({ ...api, status }, 2), {
      name: METRICS_API,
      gateway: "istio",
      url: "https://203.0.113.7/pc/metrics",
      ready: false,
      reason: "NoReadyEndpoint",
      lastRun: { at: "2026-01-02T03:04:05Z", succeeded: false },
      seconds: 2,
    });
    assert.deepEqual(rowOf(api), { name: METRICS_API });
  });

  it("says that an object is being deleted", async () => {
    const api = await sampleApi(METRICS_API);
    const deleted = { ...api, metadata: { ...api.metadata, deletionTimestamp: "2026-01-02T03:04:05Z" } };
    assert.deepEqual(rowOf(deleted), { name: METRICS_API, ready: false, reason: "Deleting" });
  });
});
