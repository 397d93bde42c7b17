import assert from "node:assert/strict";
import { defaultIstioSettings } from "../../components";
import { parseExposedApi, type ExposedApi } from "../../spec";
import { checkTogether } from "../../stack";

function api(name: string, spec: object = {}, annotations: object = {}): ExposedApi {
  return parseExposedApi({
    kind: "ExposedAPI",
    metadata: { name, namespace: "components", annotations },
    spec: { name, apiType: "openapi", implementation: "svc", path: `/${name}`, port: 80, ...spec },
  });
}

describe("A set of APIs without a watcher", () => {
  it("is taken as it is when each has a route of its own", () => {
    assert.deepEqual(checkTogether([api("a"), api("b")], defaultIstioSettings), []);
  });

  it("is refused when two ask for one route, with both their names", () => {
    assert.throws(
      () => checkTogether([api("a"), api("b", { path: "/a" })], defaultIstioSettings),
      /components\/a and components\/b both ask for the route .*\/a/,
    );
  });

  it("is refused when one asks for a gateway there is none of", () => {
    assert.throws(
      () => checkTogether([api("a", {}, { "oda.tmforum.org/gateway": "kong" })], defaultIstioSettings),
      /components\/a: gateway "kong" must be one of istio/,
    );
  });

  it("is refused when one asks for monitoring there is none of, or that takes a watcher", () => {
    const monitored = (monitoring: string, apiType: string) =>
      api("a", { apiType }, { "oda.tmforum.org/monitoring": monitoring });
    const check = (monitoring: string, apiType = "openmetrics") =>
      checkTogether([monitored(monitoring, apiType)], defaultIstioSettings);

    assert.throws(
      () => check("statsd"),
      /components\/a: monitoring "statsd" must be one of ServiceMonitor, Prom.*, DataDogAnnotations/,
    );
    assert.throws(
      () => check("DataDogAnnotation"),
      /components\/a: monitoring DataDogAnnotations needs the watcher/,
    );
    assert.deepEqual(check("servicemonitor"), []);
    assert.deepEqual(check("DataDogAnnotation", "openapi"), [], "an API without metrics is not monitored");
  });

  it("comes with a warning for each policy that the gateway does not enforce", () => {
    const limited = api("a", { rateLimit: { enabled: true, limit: "5" }, template: "gold" });
    assert.deepEqual(checkTogether([limited, api("b")], defaultIstioSettings), [
      "components/a: gateway istio does not enforce spec.rateLimit, spec.template",
    ]);
  });
});
