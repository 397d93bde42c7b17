import assert from "node:assert/strict";
import { defaultIstioSettings } from "../../components";
import { noRules, parseExposedApi, type ExposedApi, type PlatformRules } from "../../spec";
import { checkTogether } from "../../stack";
import { whalecloud } from "../watcher/gateways";

function api(
  name: string,
  spec: object = {},
  annotations: object = {},
  rules: PlatformRules = noRules,
): ExposedApi {
  const object = {
    kind: "ExposedAPI",
    metadata: { name, namespace: "components", annotations },
    spec: { name, apiType: "openapi", implementation: "svc", path: `/${name}`, port: 80, ...spec },
  };
  return parseExposedApi(object, rules);
}

describe("A set of APIs without a watcher", () => {
  it("is taken as it is when each has a route of its own", () => {
    assert.deepEqual(
      checkTogether([api("a"), api("b")], () => defaultIstioSettings),
      [],
    );
  });

  it("is refused when two ask for one route, with both their names", () => {
    assert.throws(
      () => checkTogether([api("a"), api("b", { path: "/a" })], () => defaultIstioSettings),
      /components\/a and components\/b both ask for the route .*\/a/,
    );
  });

  it("is refused when one asks for a gateway there is none of", () => {
    assert.throws(
      () => checkTogether([api("a", {}, { "oda.tmforum.org/gateway": "kong" })], () => defaultIstioSettings),
      /components\/a: gateway "kong" must be one of istio/,
    );
  });

  it("is refused when one breaks a rule of its gateway, with its name and the field", () => {
    assert.throws(
      () => checkTogether([api("a")], () => whalecloud),
      /^Error: components\/a: spec\.specification/,
    );
  });

  it("is refused when one asks for monitoring there is none of, or that takes a watcher", () => {
    const monitored = (monitoring: string, apiType: string) =>
      api("a", { apiType }, { "oda.tmforum.org/monitoring": monitoring });
    const check = (monitoring: string, apiType = "openmetrics") =>
      checkTogether([monitored(monitoring, apiType)], () => defaultIstioSettings);

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
    const limited = api("a", { quota: { limit: "5" }, template: "gold" });
    const [warning = "", ...others] = checkTogether([limited, api("b")], () => defaultIstioSettings);
    assert.match(
      warning,
      /^components\/a: gateway istio does not enforce spec\.quota, spec\.template; spec\.quota .+; spec\.template /,
    );
    assert.deepEqual(others, []);
  });

  it("comes with a warning for a policy on the Pods, whose selector is not known without a watcher", () => {
    const asking = api("a", {}, { "oda.tmforum.org/mtls": "strict" });
    assert.deepEqual(
      checkTogether([asking], () => defaultIstioSettings),
      [
        "components/a: gateway istio does not enforce oda.tmforum.org/mtls; " +
          "oda.tmforum.org/mtls needs the watcher, which knows the selector of the Service; here nothing does",
      ],
    );
  });

  it("tells a policy that is enforced in part from one that is not", () => {
    const preflights = { allowMethods: "GET,PURGE" };
    const CORS = { enabled: true, handlePreflightRequests: preflights };
    const partly =
      "gateway istio enforces spec.CORS, but without the methods PURGE, which Istio does not take there";

    assert.deepEqual(
      checkTogether([api("a", { CORS })], () => defaultIstioSettings),
      [`components/a: ${partly}`],
    );
    const [both = ""] = checkTogether([api("a", { CORS, template: "gold" })], () => defaultIstioSettings);
    assert.match(both, /^components\/a: gateway istio does not enforce spec\.template; spec\.template /);
    assert.ok(both.endsWith(`; ${partly}`), both);
  });

  it("comes with a warning for each policy that is locked and the API asks to be otherwise", () => {
    const locked = ["rateLimit", "jwt"] as const;
    const asking = api(
      "a",
      { rateLimit: { enabled: true, limit: 5 } },
      { "oda.tmforum.org/jwt": "keycloak" },
      {
        defaults: {},
        locked,
        jwtProviders: ["keycloak"],
      },
    );
    assert.deepEqual(
      checkTogether([asking], () => defaultIstioSettings),
      [
        "components/a: the platform has locked spec.rateLimit, oda.tmforum.org/jwt, and decides in place of the API",
      ],
    );
  });
});
