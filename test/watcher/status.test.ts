import assert from "node:assert/strict";
import { type Observation } from "../../watcher/observation";
import { statusDuringRun } from "../../watcher/status";
import { parse } from "../spec/examples";
import {
  applied,
  condition,
  HASH,
  NEWER,
  newStack,
  notReady,
  NOW,
  problem,
  served,
  stack,
  status,
  URL,
} from "./statusExamples";
import { gatewayAddressProblem } from "../../watcher/gatewayMessages";

describe("the status of an API that is served", () => {
  it("is what TM Forum's tools read", () => {
    assert.deepEqual(served["apiStatus"], {
      name: "r1-catalog-api",
      uid: "route-uid",
      path: "/r1-catalog/tmf-api/productCatalogManagement/v4",
      port: 8080,
      implementation: "r1-prodcatapi",
      url: URL,
      ip: "10.0.0.1",
    });
    assert.deepEqual(served["implementation"], { ready: true });
  });

  it("says so in its conditions, Ready first, with what they were observed on", () => {
    assert.deepEqual(served["conditions"], [
      {
        type: "Ready",
        status: "True",
        reason: "Serving",
        message: `served at ${URL}`,
        observedHash: HASH,
        lastTransitionTime: NOW,
      },
      {
        type: "Reconciled",
        status: "True",
        reason: "Applied",
        message: "stack components.r1-catalog-api is up to date",
        observedHash: HASH,
        lastTransitionTime: NOW,
      },
      {
        type: "ImplementationReady",
        status: "True",
        reason: "EndpointsReady",
        message: "Service components/r1-prodcatapi has a ready endpoint",
        observedHash: HASH,
        lastTransitionTime: NOW,
      },
      {
        type: "PoliciesEnforced",
        status: "True",
        reason: "AllEnforced",
        message: "the spec asks for no policy",
        observedHash: HASH,
        lastTransitionTime: NOW,
      },
    ]);
  });

  it("names its stack", () => {
    assert.deepEqual(served["stack"], stack);
  });

  it("is the same again while nothing changes, so that nothing is written", () => {
    assert.deepEqual(status({ previous: served, now: "2026-03-01T00:00:00.000Z" }), served);
  });

  it("holds nothing that others have put there", () => {
    assert.deepEqual(Object.keys(status({ previous: { apimBind: {} } })).sort(), [
      "apiStatus",
      "conditions",
      "implementation",
      "stack",
    ]);
  });
});

describe("the status of an API without a ready implementation", () => {
  const now = "2026-03-01T00:00:00.000Z";
  const down = status({ previous: served, implementation: notReady, now });

  it("says so, and what to look at", () => {
    const message =
      "Service components/r1-prodcatapi has no ready endpoint; " +
      "check its Pods, their readiness probes, its selector and its EndpointSlices";
    assert.deepEqual(down["implementation"], { ready: false });
    assert.equal(condition(down, "ImplementationReady"), `False NoReadyEndpoint: ${message}`);
    assert.equal(condition(down, "Ready"), `False NoReadyEndpoint: ${message}`);
    assert.equal(condition(down, "Reconciled"), condition(served, "Reconciled"));
  });

  it("keeps its route and its URL", () => {
    assert.deepEqual(down["apiStatus"], served["apiStatus"]);
    assert.deepEqual(down["stack"], served["stack"]);
  });

  it("says that the Service does not exist, where that is known", () => {
    const missing = status({ previous: served, implementation: { ...notReady, exists: false } });
    const unsure = status({ previous: served, implementation: { ...notReady, exists: undefined } });
    const message =
      "Service components/r1-prodcatapi, which spec.implementation names, does not exist; " +
      "create the Service, or correct spec.implementation";

    assert.equal(condition(missing, "ImplementationReady"), `False ServiceMissing: ${message}`);
    assert.equal(condition(missing, "Ready"), `False ServiceMissing: ${message}`);
    assert.match(condition(unsure, "ImplementationReady") ?? "", /^False NoReadyEndpoint: /);
  });

  it("is ready by its EndpointSlices alone, whether or not a Service made them", () => {
    const implementation = { ...notReady, ready: true, exists: false };
    assert.match(
      condition(status({ implementation }), "ImplementationReady") ?? "",
      /^True EndpointsReady: /,
    );
  });
});

describe("the status of an API whose Service does not have its port", () => {
  const missingPort = { port: 8080, inSpec: true, ports: [9090] };
  const message =
    "Service components/r1-prodcatapi has no port 8080, which spec.port names; it has 9090; " +
    "correct spec.port, or add the port to the Service";

  it("is not ready, though the Service has a ready endpoint, which is told as it is", () => {
    const told = status({ implementation: { ...notReady, ready: true, missingPort } });
    assert.equal(condition(told, "ImplementationReady"), `False PortMissing: ${message}`);
    assert.equal(condition(told, "Ready"), `False PortMissing: ${message}`);
    assert.deepEqual(told["implementation"], { ready: true });
  });

  it("says the same whether or not there is a ready endpoint", () => {
    const told = status({ implementation: { ...notReady, missingPort } });
    assert.equal(condition(told, "ImplementationReady"), `False PortMissing: ${message}`);
    assert.deepEqual(told["implementation"], { ready: false });
  });
});

describe("the status of an API whose gateway has no address yet", () => {
  const unknown = status({ publicUrl: { unknown: "no address" } });

  it("has neither URL nor ip, and says why", () => {
    const { url, ip } = unknown["apiStatus"] as Record<string, unknown>;
    assert.deepEqual([url, ip], [undefined, undefined]);
    assert.match(
      condition(unknown, "Ready") ?? "",
      /^False GatewayAddressUnknown: no Service is labelled istio=ingressgateway, in any namespace; /,
    );
    assert.equal(condition(unknown, "Reconciled"), condition(served, "Reconciled"));
  });

  it("names the Service that was configured", () => {
    const configured = status({
      publicUrl: { unknown: "no address" },
      addressProblem: gatewayAddressProblem("istio-system/public", []),
    });
    assert.match(
      condition(configured, "Ready") ?? "",
      /: Service istio-system\/public, which ODA_GATEWAY_SERVICE names, does not exist; /,
    );
  });
});

describe("the status of an API with an invalid spec", () => {
  const neverApplied = { api: undefined, problem, stack: newStack, implementation: undefined } as const;

  it("has no apiStatus when it never was valid", () => {
    const invalid = status({ ...neverApplied, publicUrl: { unknown: "" } });

    assert.equal("apiStatus" in invalid, false);
    assert.equal(condition(invalid, "Reconciled"), `False InvalidSpec: ${problem.message}`);
    assert.equal(condition(invalid, "Ready"), `False InvalidSpec: ${problem.message}`);
    assert.equal(condition(invalid, "PoliciesEnforced"), undefined);
  });

  it("keeps what is served of the last valid one, and says so", () => {
    const invalid = status({ previous: served, api: undefined, problem, observedHash: NEWER });

    assert.deepEqual(invalid["apiStatus"], served["apiStatus"]);
    assert.equal(
      condition(invalid, "Reconciled"),
      `False InvalidSpec: ${problem.message}; the last spec that could be applied is still served`,
    );
    assert.equal(condition(invalid, "ImplementationReady"), condition(served, "ImplementationReady"));
    assert.equal(condition(invalid, "PoliciesEnforced"), condition(served, "PoliciesEnforced"));
  });

  it("does not know the Service when there never was one", () => {
    const invalid = status(neverApplied);

    assert.deepEqual(invalid["implementation"], { ready: false });
    assert.equal(
      condition(invalid, "ImplementationReady"),
      "Unknown InvalidSpec: the Service is not known until the spec is valid",
    );
  });
});

describe("the status of an API whose run failed, or whose route is another's", () => {
  const ends = {
    ApiServerUnavailable: [
      "Failed",
      "until then callers get the last spec that was applied, or parts of the new one",
    ],
    RouteConflict: ["Succeeded", "the last spec that could be applied is still served"],
  } as const;
  for (const [reason, [result, end]] of Object.entries(ends)) {
    it(`gives ${reason} as the reason, keeps what was served before, and says what callers get`, () => {
      const failed = status({
        previous: served,
        api: parse({ path: "/moved" }),
        observedHash: NEWER,
        problem: { reason: reason as keyof typeof ends, message: "words" },
        stack: { ...stack, result },
      });

      assert.equal(condition(failed, "Reconciled"), `False ${reason}: words; ${end}`);
      assert.match(condition(failed, "Ready") ?? "", new RegExp(`^False ${reason}: words`));
      assert.deepEqual(failed["apiStatus"], served["apiStatus"]);
      assert.equal((failed["stack"] as { result: string }).result, result);
    });
  }

  it("says that callers get nothing where the route was deleted meanwhile", () => {
    const failed = status({ previous: served, observedHash: NEWER, problem, isRouteGone: true });

    assert.match(condition(failed, "Reconciled") ?? "", /; callers get nothing, for the route was deleted: /);
  });

  it("is that of the spec where only something else than the run is wrong", () => {
    const drifted = status({
      previous: {},
      problem: { reason: "Drifted", message: "words" },
      isCurrent: true,
    });

    assert.deepEqual(drifted["apiStatus"], served["apiStatus"]);
    assert.equal(condition(drifted, "Reconciled"), "False Drifted: words");
  });

  it("does not speak of an older spec where the one that failed is the one that is served", () => {
    const failed = status({ previous: served, problem: { reason: "Forbidden", message: "words" } });

    assert.equal(condition(failed, "Reconciled"), "False Forbidden: words");
  });

  it("has no apiStatus while nothing was ever served", () => {
    const failed = status({ problem: { reason: "Forbidden", message: "words" }, stack: newStack });

    assert.equal("apiStatus" in failed, false);
    assert.equal(condition(failed, "Reconciled"), "False Forbidden: words");
  });
});

describe("the status while a run is under way", () => {
  const during = (changes: Partial<Observation>): Record<string, unknown> | undefined =>
    statusDuringRun({ ...applied, previous: served, isCurrent: false, ...changes });

  it("follows readiness and the gateway's address, and leaves the rest as it was", () => {
    const moved = "https://10.9.9.9/r1-catalog/tmf-api/productCatalogManagement/v4";
    const told = during({
      api: parse({ path: "/moved" }),
      observedHash: NEWER,
      implementation: notReady,
      publicUrl: { url: moved, ip: "10.9.9.9" },
    });

    assert.ok(told);
    assert.deepEqual(told["implementation"], { ready: false });
    assert.deepEqual(told["apiStatus"], { ...(served["apiStatus"] as object), url: moved, ip: "10.9.9.9" });
    assert.equal(condition(told, "Reconciled"), condition(served, "Reconciled"));
    assert.equal(condition(told, "PoliciesEnforced"), condition(served, "PoliciesEnforced"));
    assert.match(condition(told, "Ready") ?? "", /^False NoReadyEndpoint/);
    assert.deepEqual(told["stack"], stack);
  });

  it("changes nothing where nothing has changed", () => {
    const { stack: kept, implementation, apiStatus } = during({}) ?? {};
    assert.deepEqual(
      { kept, implementation, apiStatus },
      {
        kept: served["stack"],
        implementation: served["implementation"],
        apiStatus: served["apiStatus"],
      },
    );
  });

  it("is none before anything was said", () => {
    assert.equal(during({ previous: {} }), undefined);
  });
});
