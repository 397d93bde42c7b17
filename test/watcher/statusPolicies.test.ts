import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { driftProblem } from "../../watcher/drift/messages";
import { runProblem } from "../../watcher/runMessages";
import { statusDuringRun } from "../../watcher/status";
import { parse } from "../spec/examples";
import { applied, condition, NEWER, newStack, served, status } from "./statusExamples";
import { invalidSpecProblem, MAX_MESSAGE } from "../../watcher/reasons";

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

  const enforced = [
    { policy: "CORS", enforcedBy: "VirtualService a" },
    { policy: "rateLimit", enforcedBy: "EnvoyFilter b: each Pod counts on its own" },
  ] as const;

  it("are enforced where each has something that enforces it, which is told with its limits", () => {
    assert.equal(
      condition(status({ policies: enforced }), "PoliciesEnforced"),
      "True AllEnforced: every policy of the spec is enforced: spec.CORS by VirtualService a; " +
        "spec.rateLimit by EnvoyFilter b: each Pod counts on its own",
    );
  });

  it("are told in a message that is never too long", () => {
    const long = [{ policy: "CORS", enforcedBy: "x".repeat(2_000) }] as const;
    const told = condition(status({ policies: long }), "PoliciesEnforced") ?? "";
    assert.equal(told.length, "True AllEnforced: ".length + MAX_MESSAGE);
  });

  describe("while something keeps them from being applied", () => {
    const forbidden = runProblem(new TransientError("Forbidden", "no"));

    it("are not known to be enforced, and those of the last spec are", () => {
      assert.equal(
        condition(status({ policies: enforced, problem: forbidden }), "PoliciesEnforced"),
        "Unknown Forbidden: whether the policies of the spec are enforced is not known until Reconciled is True; " +
          "what is enforced now is that of the last spec that was applied",
      );
    });

    it("are not enforced at all where nothing was ever applied", () => {
      assert.match(
        condition(status({ policies: enforced, problem: forbidden, stack: newStack }), "PoliciesEnforced") ??
          "",
        /^Unknown Forbidden: .*; none is until then$/,
      );
    });

    it("are not known to be enforced while the spec is invalid, whatever was said before", () => {
      const invalid = invalidSpecProblem("spec.port: 0 must be an integer from 1 to 65535");
      const after = (previous: Record<string, unknown>) =>
        condition(
          status({ api: undefined, problem: invalid, observedHash: NEWER, previous }),
          "PoliciesEnforced",
        );
      for (const problem of [undefined, forbidden]) {
        assert.match(after(status({ policies: enforced, problem })) ?? "", /^Unknown InvalidSpec: /);
      }
      assert.match(after(status({ policies: [{ policy: "quota" }] })) ?? "", /^False NotSupported/);
      assert.equal(after(served), "True AllEnforced: the spec asks for no policy");
      assert.equal(after({}), undefined);
    });

    it("may be changed by whoever changed the resources", () => {
      const problem = driftProblem([{ object: "EnvoyFilter a", fields: [], by: [] }]);
      assert.match(
        condition(status({ policies: enforced, problem }), "PoliciesEnforced") ?? "",
        /^Unknown Drifted: .*, as far as nobody changed it$/,
      );
    });

    it("are still said not to be supported, and to be none where none is asked for", () => {
      const dropped = status({ policies: [{ policy: "quota" }], problem: forbidden });
      assert.match(condition(dropped, "PoliciesEnforced") ?? "", /^False NotSupported/);
      assert.equal(
        condition(status({ problem: forbidden }), "PoliciesEnforced"),
        "True AllEnforced: the spec asks for no policy",
      );
    });
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
