import assert from "node:assert/strict";
import { EngineError, StackLockedError, TransientError, transientReasons } from "../../stack";
import { type Change } from "../../watcher/drift/change";
import { driftCorrectedMessage, driftProblem, recurringDriftProblem } from "../../watcher/drift/messages";
import { gatewayAddressProblem, ingressAddressProblem } from "../../watcher/gatewayMessages";
import { noEndpointProblem, portMissingProblem, serviceMissingProblem } from "../../watcher/serviceMessages";
import { removalProblem, runProblem } from "../../watcher/runMessages";
import {
  lockedProblem,
  overlapProblem,
  policiesProblem,
  conflictProblem,
  contestedMessage,
} from "../../watcher/policyMessages";
import { recurringDriftRemedy, remedies } from "../../watcher/remedies";
import {
  cut,
  invalidSpecProblem,
  MAX_MESSAGE,
  reconciledMessage,
  speaksOf,
  unknownGatewayProblem,
  unknownMonitoringProblem,
} from "../../watcher/reasons";

const LONG = "x".repeat(5000);
const edited: Change = {
  object: "VirtualService catalog",
  fields: ["spec.hosts"],
  by: ["kubectl-edit"],
  at: "2026-01-01T12:03:11Z",
};
const deleted: Change = { object: "ServiceMonitor catalog", fields: [], by: [] };

describe("the message of a trouble", () => {
  const key = `exposedapis/components/${LONG}`;
  const conflict = { route: `component-gateway */${LONG}`, holder: key };
  const changes = Array.from({ length: 200 }, () => edited);
  const long: Readonly<Record<string, string>> = {
    InvalidSpec: invalidSpecProblem(LONG).message,
    UnknownGateway: unknownGatewayProblem(LONG, ["istio"]).message,
    UnknownMonitoring: unknownMonitoringProblem(LONG, ["ServiceMonitor"]).message,
    EngineError: runProblem(new EngineError(LONG)).message,
    RouteConflict: conflictProblem(conflict).message,
    RouteContested: contestedMessage(conflict, key),
    Drifted: driftProblem(changes).message,
    GatewayAddressUnknown: gatewayAddressProblem(LONG, []).message,
    NoReadyEndpoint: noEndpointProblem(LONG).message,
    PortMissing: portMissingProblem(LONG, { port: 9999, inSpec: true, ports: [8080] }).message,
    ServiceMissing: serviceMissingProblem(LONG, false).message,
    NotSupported: policiesProblem("istio", [{ policy: "quota", because: LONG }])!.message,
    Locked: lockedProblem(["jwt"]).message,
    PathOverlap: overlapProblem([{ path: LONG, other: key, otherPath: `${LONG}/v2` }]).message,
    RemovalFailed: removalProblem("components.a", new TransientError("Forbidden", LONG)).message,
  };

  for (const [reason, message] of Object.entries(long)) {
    it(`says what to do in the end, however long the rest is: ${reason}`, () => {
      const served = reconciledMessage({ reason: "EngineError", message }, "nothing");
      assert.ok(served.length <= MAX_MESSAGE, String(served.length));
      assert.ok(message.endsWith(`; ${remedies[reason as keyof typeof remedies]}`), message);
    });
  }

  for (const reason of transientReasons) {
    it(`says that a run is tried again after ${reason}, and what to do about it`, () => {
      const { message } = runProblem(new TransientError(reason, "the engine's words"));
      assert.equal(message, `the engine's words; ${remedies[reason]}`);
      assert.match(message, /; it is tried again by itself$/);
    });
  }

  const whalecloud = "the WhaleCloud API gateway at apig:8080";

  /** Words of failed runs, and what is to be done about just that. */
  const closer = [
    [
      "GatewayUnauthorized",
      `${whalecloud} denied access: HTTP status 401: no`,
      /; requests to it have no credentials: /,
    ],
    [
      "GatewayUnauthorized",
      "the entity tag of the API a cannot be read: no identity: none",
      /; give the watcher an identity/,
    ],
    ["GatewayUnauthorized", "Status=403", /; give the identity of the watcher its roles/],
    [
      "GatewayRejected",
      `${whalecloud} refused to remove a: res_code 2044: no`,
      /; if the code means .* APIG_ABSENT_CODES/,
    ],
    ["GatewayRejected", `${whalecloud} refused to remove a: HTTP status 404: no`, /; change the spec/],
    ["GatewayRejected", `${whalecloud} refused to bind a: res_code 2044: no`, /; change the spec/],
  ] as const;

  for (const [reason, words, remedy] of closer) {
    it(`says what is to be done about "${words}"`, () => {
      const error = new TransientError(reason, words);
      assert.match(runProblem(error).message, remedy);
      assert.match(removalProblem("components.a", error).message, remedy);
    });
  }

  it("says that an Ingress of the platform has to be made, or what it lacks", () => {
    assert.match(ingressAddressProblem("apis/portal", false).message, /; create it, or correct APIG_INGRESS/);
    assert.match(
      ingressAddressProblem("apis/portal", true).message,
      /; give it a host, or have its controller/,
    );
  });

  it("is never cut within a character", () => {
    assert.equal(cut("😀😀😀", 4), "😀…");
    assert.equal(cut("😀😀", 4), "😀😀");
    assert.ok(!/[\ud800-\udbff]…/.test(invalidSpecProblem("😀".repeat(3000)).message));
  });
});

describe("runProblem", () => {
  it("tells failures that pass, locks and bugs apart", () => {
    assert.equal(runProblem(new TransientError("Forbidden", "no")).reason, "Forbidden");
    assert.equal(runProblem(new StackLockedError([])).reason, "StackLocked");
    assert.equal(runProblem(new EngineError("odd")).reason, "EngineError");
    assert.match(runProblem("thrown text").message, /^thrown text; /);
  });

  it("is of a removal with the reason of the failure, the stack and what holds the object", () => {
    const { reason, message } = removalProblem(
      "components.a",
      new TransientError("Forbidden", "may not delete"),
    );
    assert.equal(reason, "Forbidden");
    assert.equal(
      message,
      "cannot remove the resources of stack components.a: may not delete; " +
        "grant the watcher this right, see docs/operations.md#access-rights; it is tried again by itself; " +
        "the finalizer keeps the object until its resources are gone",
    );
  });
});

describe("the problem of a URL that cannot be told", () => {
  const what = (service: string | undefined, ...found: readonly string[]) =>
    gatewayAddressProblem(service, found).message.replace(/;.*$/, "");

  it("names the Service that has no address, where there is one", () => {
    assert.equal(
      what(undefined, "istio-system/istio-ingressgateway"),
      "Service istio-system/istio-ingressgateway, which is labelled istio=ingressgateway, has no address",
    );
    assert.equal(
      what(undefined, "a/one", "b/two"),
      "Services a/one, b/two, which are labelled istio=ingressgateway, have no address",
    );
    assert.equal(what(undefined), "no Service is labelled istio=ingressgateway, in any namespace");
  });

  it("tells a configured Service that does not exist from one without an address", () => {
    assert.equal(what("a/one"), "Service a/one, which ODA_GATEWAY_SERVICE names, does not exist");
    assert.equal(what("a/one", "a/one"), "Service a/one, which ODA_GATEWAY_SERVICE names, has no address");
  });
});

describe("the problem of a port", () => {
  it("names the Service, the port that is not there and those that are", () => {
    const missing = { port: 9999, inSpec: true, ports: [8080, 9090] };
    const what = "Service components/x has no port 9999, which spec.port names; it has 8080, 9090";
    assert.equal(portMissingProblem("components/x", missing).message, `${what}; ${remedies.PortMissing}`);
    assert.match(
      portMissingProblem("components/x", { ...missing, inSpec: false }).message,
      /which the last spec/,
    );
  });
});

describe("the message of a drift", () => {
  it("tells which fields were changed, by whom and when, and what became of them", () => {
    assert.equal(
      driftCorrectedMessage([edited]),
      "VirtualService catalog: spec.hosts was changed by kubectl-edit at 12:03:11Z; put back",
    );
    assert.equal(
      driftCorrectedMessage([
        { ...edited, fields: ["spec.hosts", "spec.http"], by: ["kubectl-edit", "helm"] },
        deleted,
      ]),
      "VirtualService catalog: spec.hosts, spec.http were changed by kubectl-edit, helm at 12:03:11Z; put back; " +
        "ServiceMonitor catalog was deleted; made again",
    );
  });

  it("tells the time in its own zone", () => {
    const at = "2026-01-01T12:03:11.123+01:00";
    assert.match(driftCorrectedMessage([{ ...edited, at }]), / at 12:03:11\+01:00; put back$/);
  });

  it("tells what to do where it is left, in words that stay the same while the change does", () => {
    assert.deepEqual(driftProblem([edited]), {
      reason: "Drifted",
      message:
        "VirtualService catalog: spec.hosts was changed by kubectl-edit; " +
        "ODA_DRIFT=report leaves it: change it back, or set ODA_DRIFT=correct",
    });
    assert.match(driftProblem([deleted]).message, /^ServiceMonitor catalog was deleted; /);
  });

  it("tells that it recurs where it is put back only after a while", () => {
    const { message } = recurringDriftProblem(Array.from({ length: 200 }, () => edited));
    assert.ok(message.length <= MAX_MESSAGE && message.endsWith(`; ${recurringDriftRemedy}`), message);
  });
});

describe("what the condition Reconciled says", () => {
  const problem = invalidSpecProblem("spec.port: 0 must be an integer from 1 to 65535");

  it("is known again as a problem, whatever callers get meanwhile", () => {
    assert.equal(reconciledMessage(problem, "unknown"), problem.message);
    for (const served of ["unknown", "older", "mixed", "nothing"] as const) {
      assert.ok(speaksOf(reconciledMessage(problem, served), problem));
    }
    assert.ok(!speaksOf("stack components.a is up to date", problem));
    assert.ok(!speaksOf(`${problem.message} and more`, problem));
  });
});
