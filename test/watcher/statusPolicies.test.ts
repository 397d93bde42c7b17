import assert from "node:assert/strict";
import { statusDuringRun } from "../../watcher/status";
import { parse } from "../spec/examples";
import { applied, condition, served, status } from "./statusExamples";

describe("the policies in the status", () => {
  it("are named where the gateway does not enforce them, and do not make the API unready", () => {
    const dropped = status({
      policies: [{ policy: "CORS", enforcedBy: "x" }, { policy: "rateLimit" }, { policy: "quota" }],
    });

    assert.equal(
      condition(dropped, "PoliciesEnforced"),
      "False NotSupported: gateway istio does not enforce spec.rateLimit, spec.quota; " +
        "callers are served without: enforce it elsewhere, or remove it from the spec",
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

  it("come with the reason why they are not enforced, and with who could", () => {
    const because = "cannot be counted by Istio; the gateway azureApim could";
    assert.match(
      condition(status({ policies: [{ policy: "quota", because }] }), "PoliciesEnforced") ?? "",
      /^False NotSupported: gateway istio does not enforce spec\.quota; spec\.quota cannot be counted by Istio; the gateway azureApim could; callers/,
    );
  });

  it("are those of the platform where they are locked, which is told unless there is worse", () => {
    const api = { ...parse(), overridden: ["jwt", "rateLimit"] } as const;
    assert.match(
      condition(status({ api }), "PoliciesEnforced") ?? "",
      /^False Locked: the platform's settings hold in place of oda\.tmforum\.org\/jwt, spec\.rateLimit, for they are locked; /,
    );
    const worse = status({ api, policies: [{ policy: "quota" }] });
    assert.match(condition(worse, "PoliciesEnforced") ?? "", /^False NotSupported/);
  });
});

describe("the paths that an API shares with others", () => {
  const other = "exposedapis/components/other";
  const overlaps = [{ path: "/shop", other, otherPath: "/shop/v2" }];

  it("are told while there are any, and do not make it unready", () => {
    const overlapping = status({ overlaps });
    assert.equal(
      condition(overlapping, "RouteDistinct"),
      "False PathOverlap: requests for /shop/v2 go to ExposedAPI components/other, and the others for /shop come here; " +
        "if that is not meant, change the path or the host name of one of them",
    );
    assert.equal(condition(overlapping, "Ready"), condition(served, "Ready"));
    assert.equal(condition(status({ previous: overlapping }), "RouteDistinct"), undefined);
  });

  it("are told of the longer path from the other side", () => {
    const inner = status({ overlaps: [{ path: "/shop/v2", other, otherPath: "/shop" }] });
    assert.match(
      condition(inner, "RouteDistinct") ?? "",
      /: requests for \/shop\/v2 come here, and the others for \/shop go to ExposedAPI components\/other; /,
    );
  });

  it("are counted where there are many", () => {
    const many = Array.from({ length: 9 }, (_, each) => ({ path: "/", other, otherPath: `/${each}` }));
    assert.match(condition(status({ overlaps: many }), "RouteDistinct") ?? "", /for \/2 .*; and 6 more; if/);
  });

  it("stay as they were told while a run is under way", () => {
    const during = statusDuringRun({ ...applied, previous: status({ overlaps }), isCurrent: false });
    assert.match(condition(during ?? {}, "RouteDistinct") ?? "", /^False PathOverlap/);
  });
});
