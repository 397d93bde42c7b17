import assert from "node:assert/strict";
import { findCondition, mergeConditions, type NewCondition } from "../../watcher/conditions";

const BEFORE = "2026-01-01T00:00:00.000Z";
const NOW = "2026-02-01T00:00:00.000Z";

const ready: NewCondition = {
  type: "Ready",
  status: "True",
  reason: "Serving",
  message: "served at https://10.0.0.1/",
  observedHash: "0123456789abcdef",
};

describe("mergeConditions", () => {
  it("gives a new condition the time of now", () => {
    assert.deepEqual(mergeConditions(undefined, [ready], NOW), [{ ...ready, lastTransitionTime: NOW }]);
  });

  it("keeps the time while the status stays the same, whatever else changes", () => {
    const previous = [{ ...ready, message: "served elsewhere", lastTransitionTime: BEFORE }];

    assert.deepEqual(mergeConditions(previous, [ready], NOW), [{ ...ready, lastTransitionTime: BEFORE }]);
  });

  it("changes the time with the status", () => {
    const previous = [{ ...ready, status: "False", lastTransitionTime: BEFORE }];

    assert.deepEqual(mergeConditions(previous, [ready], NOW), [{ ...ready, lastTransitionTime: NOW }]);
  });

  it("keeps the conditions of others, before its own", () => {
    const foreign = { type: "Audited", status: "True", lastTransitionTime: BEFORE, auditor: "someone" };

    assert.deepEqual(mergeConditions([{ ...ready, lastTransitionTime: BEFORE }, foreign], [ready], NOW), [
      foreign,
      { ...ready, lastTransitionTime: BEFORE },
    ]);
  });

  it("drops a condition of its own that no longer applies", () => {
    const monitored = { ...ready, type: "Monitored", lastTransitionTime: BEFORE };

    assert.deepEqual(mergeConditions([monitored], [ready], NOW), [{ ...ready, lastTransitionTime: NOW }]);
  });

  for (const nonsense of [null, "conditions", {}, [null, "Ready", { type: "Ready" }]]) {
    it(`drops what is no list of conditions: ${JSON.stringify(nonsense)}`, () => {
      assert.deepEqual(mergeConditions(nonsense, [ready], NOW), [{ ...ready, lastTransitionTime: NOW }]);
    });
  }
});

describe("findCondition", () => {
  it("finds the condition of a type", () => {
    assert.equal(findCondition([{ type: "Audited", status: "True" }, ready], "Ready"), ready);
  });

  it("finds none in what is no list of conditions", () => {
    assert.equal(findCondition(undefined, "Ready"), undefined);
    assert.equal(findCondition([null, { type: "Ready" }], "Ready"), undefined);
  });
});
