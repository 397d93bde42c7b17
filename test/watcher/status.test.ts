import assert from "node:assert/strict";
import { type Condition, type ConditionType } from "../../watcher/conditions";
import { GATEWAY_ADDRESS_UNKNOWN } from "../../watcher/reasons";
import { desiredStatus, type Observation } from "../../watcher/status";
import { parse } from "../spec/examples";

const URL = "https://10.0.0.1/r1-catalog/tmf-api/productCatalogManagement/v4";
const NOW = "2026-02-01T00:00:00.000Z";
const HASH = "0123456789abcdef";
const stack = {
  name: "components.r1-catalog-api",
  gateway: "istio",
  hash: HASH,
  routes: ["component-gateway */catalog"],
  lastRun: NOW,
  result: "Succeeded",
} as const;

const applied: Observation = {
  previous: {},
  api: parse(),
  observedHash: HASH,
  problem: undefined,
  stack,
  uid: "route-uid",
  publicUrl: { url: URL, ip: "10.0.0.1" },
  implementationReady: true,
  policies: [],
  now: NOW,
};
const served = desiredStatus(applied);
const newStack = { name: stack.name, gateway: "istio" };
const problem = {
  reason: "InvalidSpec",
  message: "spec.port: 0 must be an integer from 1 to 65535",
} as const;

function status(changes: Partial<Observation>): Record<string, unknown> {
  return desiredStatus({ ...applied, ...changes });
}

/** A condition as `status reason: message`. */
function condition(of: Record<string, unknown>, type: ConditionType): string | undefined {
  const found = (of["conditions"] as Condition[]).find((each) => each.type === type);
  return found && `${found.status} ${found.reason}: ${found.message}`;
}

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
        message: "Service r1-prodcatapi has a ready endpoint",
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

describe("the developer UI in the status", () => {
  const developerUI = (ui: string, publicUrl = applied.publicUrl) =>
    (status({ api: parse({ developerUI: ui }), publicUrl })["apiStatus"] as { developerUI?: string })
      .developerUI;

  it("is on the API's own host where the spec has a path", () => {
    assert.equal(developerUI("/catalog/docs?x#y"), "https://10.0.0.1/catalog/docs?x#y");
    assert.equal(
      developerUI("/docs", { url: "https://[2001:db8::1]:8443/catalog", ip: "2001:db8::1" }),
      "https://[2001:db8::1]:8443/docs",
    );
  });

  it("is the spec's where that is a whole URL", () => {
    assert.equal(developerUI("https://docs.example.com/x"), "https://docs.example.com/x");
  });

  it("is not told while the host is not known, unless it has one of its own", () => {
    const unknown = { unknown: "no address" };
    assert.equal(developerUI("/docs", unknown), undefined);
    assert.equal(developerUI("https://docs.example.com/x", unknown), "https://docs.example.com/x");
  });
});

describe("the status of an API without a ready implementation", () => {
  const notReady = status({ previous: served, implementationReady: false, now: "2026-03-01T00:00:00.000Z" });

  it("says so, and what to look at", () => {
    const message = "Service r1-prodcatapi has no ready endpoint: see its Pods and its EndpointSlices";
    assert.deepEqual(notReady["implementation"], { ready: false });
    assert.equal(condition(notReady, "ImplementationReady"), `False NoReadyEndpoint: ${message}`);
    assert.equal(condition(notReady, "Ready"), `False NoReadyEndpoint: ${message}`);
    assert.equal(condition(notReady, "Reconciled"), condition(served, "Reconciled"));
  });

  it("keeps its route and its URL", () => {
    assert.deepEqual(notReady["apiStatus"], served["apiStatus"]);
    assert.deepEqual(notReady["stack"], served["stack"]);
  });
});

describe("the status of an API whose gateway has no address yet", () => {
  const unknown = status({ publicUrl: { unknown: "no address" } });

  it("has neither URL nor ip, and says why", () => {
    const { url, ip } = unknown["apiStatus"] as Record<string, unknown>;
    assert.deepEqual([url, ip], [undefined, undefined]);
    assert.equal(
      condition(unknown, "Ready"),
      `False GatewayAddressUnknown: ${GATEWAY_ADDRESS_UNKNOWN.message}`,
    );
    assert.equal(condition(unknown, "Reconciled"), condition(served, "Reconciled"));
  });
});

describe("the status of an API with an invalid spec", () => {
  it("has no apiStatus when it never was valid", () => {
    const invalid = status({ api: undefined, problem, stack: newStack, publicUrl: { unknown: "" } });

    assert.equal("apiStatus" in invalid, false);
    assert.equal(condition(invalid, "Reconciled"), `False InvalidSpec: ${problem.message}`);
    assert.equal(condition(invalid, "Ready"), `False InvalidSpec: ${problem.message}`);
    assert.equal(condition(invalid, "PoliciesEnforced"), undefined);
  });

  it("keeps what is served of the last valid one, and says so", () => {
    const invalid = status({ previous: served, api: undefined, problem, publicUrl: { unknown: "" } });

    assert.deepEqual(invalid["apiStatus"], served["apiStatus"]);
    assert.equal(
      condition(invalid, "Reconciled"),
      `False InvalidSpec: ${problem.message}; the last spec that could be applied is still served`,
    );
    assert.equal(condition(invalid, "ImplementationReady"), condition(served, "ImplementationReady"));
    assert.equal(condition(invalid, "PoliciesEnforced"), condition(served, "PoliciesEnforced"));
  });

  it("does not know the Service when there never was one", () => {
    const invalid = status({ api: undefined, problem, stack: newStack, implementationReady: false });

    assert.match(condition(invalid, "ImplementationReady") ?? "", /^False NoReadyEndpoint: Service unknown /);
  });
});

describe("the status of an API whose run failed, or whose route is another's", () => {
  for (const reason of ["ApiServerUnavailable", "RouteConflict"] as const) {
    it(`gives ${reason} as the reason, and keeps what was served before`, () => {
      const failed = status({
        previous: served,
        api: parse({ path: "/moved" }),
        problem: { reason, message: "words" },
        stack: { ...stack, result: "Failed" },
      });

      assert.equal(
        condition(failed, "Reconciled"),
        `False ${reason}: words; the last spec that could be applied is still served`,
      );
      assert.match(condition(failed, "Ready") ?? "", new RegExp(`^False ${reason}: words`));
      assert.deepEqual(failed["apiStatus"], served["apiStatus"]);
      assert.equal((failed["stack"] as { result: string }).result, "Failed");
    });
  }

  it("has no apiStatus while nothing was ever served", () => {
    const failed = status({ problem: { reason: "Forbidden", message: "words" }, stack: newStack });

    assert.equal("apiStatus" in failed, false);
    assert.equal(condition(failed, "Reconciled"), "False Forbidden: words");
  });
});

describe("the policies in the status", () => {
  it("are named where the gateway does not enforce them, and do not make the API unready", () => {
    const dropped = status({
      policies: [{ policy: "CORS", enforcedBy: "x" }, { policy: "rateLimit" }, { policy: "quota" }],
    });

    assert.equal(
      condition(dropped, "PoliciesEnforced"),
      "False NotSupported: gateway istio does not enforce spec.rateLimit, spec.quota",
    );
    assert.equal(condition(dropped, "Ready"), condition(served, "Ready"));
  });

  it("are enforced where each has something that enforces it", () => {
    assert.equal(
      condition(
        status({ policies: [{ policy: "CORS", enforcedBy: "VirtualService a" }] }),
        "PoliciesEnforced",
      ),
      "True AllEnforced: every policy of the spec is enforced",
    );
  });
});
