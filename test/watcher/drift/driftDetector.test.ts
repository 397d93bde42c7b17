import assert from "node:assert/strict";
import { type OwnedObject } from "../../../components";
import { DriftDetector, type DriftMode } from "../../../watcher/drift/driftDetector";
import { type LiveObject } from "../../../watcher/drift/liveObject";
import { useClock } from "../../support/clock";

const owned: OwnedObject = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  namespace: "components",
  name: "catalog",
  fieldManager: "oda-api",
  fields: { spec: { hosts: ["*"] } },
};

const at = (resourceVersion: string, hosts: readonly string[] = ["*"]): LiveObject => ({
  metadata: { name: "catalog", namespace: "components", resourceVersion },
  spec: { hosts },
});

describe("DriftDetector", () => {
  const clock = useClock();
  let cached: LiveObject | null | undefined;

  const detector = (mode: DriftMode = "correct") => new DriftDetector(() => cached, mode);
  const deleted = [{ object: "VirtualService catalog", fields: [], by: [] }];
  const edited = [{ object: "VirtualService catalog", fields: ["spec.hosts"], by: [] }];

  it("tells of what is not as declared", () => {
    cached = at("5", ["example.org"]);
    assert.deepEqual(detector().changes([owned]), edited);
    cached = null;
    assert.deepEqual(detector().changes([owned]), deleted);
    cached = at("5");
    assert.deepEqual(detector().changes([owned]), []);
  });

  it("says nothing of what it cannot see", () => {
    cached = undefined;
    assert.deepEqual(detector().changes([owned]), []);
  });

  it("waits for the cache to see what the last run wrote", () => {
    const drift = detector();
    cached = at("5", ["old.example.org"]);
    drift.settle({ "VirtualService/components/catalog": "7" });
    assert.equal(drift.changes([owned]), undefined);

    drift.noticed("VirtualService", at("6", ["other.example.org"]));
    assert.equal(drift.changes([owned]), undefined);

    cached = at("7");
    drift.noticed("VirtualService", cached);
    assert.deepEqual(drift.changes([owned]), []);
  });

  it("waits for an object that the last run made and the cache has yet to see", () => {
    const drift = detector();
    cached = null;
    drift.settle({ "VirtualService/components/catalog": "7" });
    assert.equal(drift.changes([owned]), undefined);

    drift.noticedDeletion("VirtualService", at("9"));
    assert.deepEqual(drift.changes([owned]), deleted);
  });

  it("waits for nothing that was deleted before the run that made it was over", () => {
    const drift = detector();
    cached = null;
    drift.noticedDeletion("VirtualService", at("9"));
    drift.settle({ "VirtualService/components/catalog": "7" });
    assert.deepEqual(drift.changes([owned]), deleted);
  });

  it("waits for an object that the last run made anew after a deletion", () => {
    const drift = detector();
    cached = null;
    drift.noticedDeletion("VirtualService", at("6"));
    drift.settle({ "VirtualService/components/catalog": "7" });
    assert.equal(drift.changes([owned]), undefined);
  });

  it("waits for nothing that the cache has seen already", () => {
    const drift = detector();
    cached = at("8", ["example.org"]);
    drift.settle({ "VirtualService/components/catalog": "7" });
    assert.deepEqual(drift.changes([owned]), edited);
  });

  it("does not wait for ever: what came and went unseen counts as deleted", async () => {
    const drift = detector();
    cached = null;
    drift.settle({ "VirtualService/components/catalog": "7" });
    await clock.advance(drift.recheckAfter - 1);
    assert.equal(drift.changes([owned]), undefined);
    await clock.advance(1);
    assert.deepEqual(drift.changes([owned]), deleted);
  });

  it("says nothing of an object of somebody else that is gone", () => {
    cached = null;
    assert.deepEqual(detector().changes([{ ...owned, isPatch: true }]), []);
  });

  it("takes a version that is no number for one it has seen", () => {
    const drift = detector();
    cached = at("5");
    drift.settle({ "VirtualService/components/catalog": "not a number" });
    assert.deepEqual(drift.changes([owned]), []);
  });

  describe("before a run", () => {
    const held = (...managers: string[]): LiveObject => ({
      metadata: {
        name: "catalog",
        managedFields: managers.map((manager) => ({
          manager,
          fieldsV1: manager === "oda-api" ? {} : { "f:spec": { "f:hosts": {} } },
        })),
      },
      spec: { hosts: ["example.org"] },
    });
    const change = { object: "VirtualService catalog", fields: ["spec.hosts"], by: ["helm"] };

    it("finds an object that is somebody else's in the way", () => {
      cached = held("helm");
      assert.deepEqual(detector().obstacles([owned], false), { foreign: [change], changed: [] });
    });

    it("takes it back where the last run had made it", () => {
      cached = held("helm");
      assert.deepEqual(detector().obstacles([owned], true), { foreign: [], changed: [] });
      assert.equal(detector().mustTake([owned]), true);
    });

    it("takes back what somebody changed, or leaves it where it is only to be reported", () => {
      cached = held("oda-api", "helm");
      assert.deepEqual(detector().obstacles([owned], false), { foreign: [], changed: [] });
      assert.deepEqual(detector("report").obstacles([owned], false), { foreign: [], changed: [change] });
    });

    it("takes an object that somebody else has made anew, though nothing in it differs", () => {
      cached = { ...held("kubectl-replace"), spec: { hosts: ["*"] } };
      assert.deepEqual(detector().obstacles([owned], true), { foreign: [], changed: [] });
      assert.equal(detector().mustTake([owned]), true);
    });

    it("takes nothing where nothing is held by others, or is known", () => {
      for (const known of [at("5"), null, undefined]) {
        cached = known;
        assert.equal(detector().mustTake([owned]), false);
        assert.deepEqual(detector("report").obstacles([owned], false), { foreign: [], changed: [] });
      }
    });
  });
});
