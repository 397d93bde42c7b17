import assert from "node:assert/strict";
import { readApplied, readStack } from "../../watcher/ownStatus";

const stack = {
  name: "components.a",
  gateway: "istio",
  hash: "0123456789abcdef",
  routes: ["component-gateway */catalog"],
  lastRun: "2026-02-01T00:00:00.000Z",
  result: "Succeeded",
} as const;

describe("readStack", () => {
  it("is what an earlier run wrote, where one has", () => {
    assert.deepEqual(readStack({ stack }), stack);
    assert.deepEqual(readStack({ stack: { name: "components.a", gateway: "istio" } }), {
      name: "components.a",
      gateway: "istio",
    });
    assert.equal(readStack({}), undefined);
    assert.equal(readStack(undefined), undefined);
  });

  for (const shape of [null, 5, "x", [], {}, { routes: 5 }, { name: 3 }, { name: "a", gateway: null }]) {
    it(`takes ${JSON.stringify(shape)} for no stack at all`, () => {
      assert.equal(readStack({ stack: shape }), undefined);
    });
  }

  it("takes a field of another shape for absent, and keeps the others", () => {
    const odd = { ...stack, hash: 5, routes: 5, lastRun: {}, result: "Perhaps" };

    assert.deepEqual(readStack({ stack: odd }), { name: "components.a", gateway: "istio" });
    assert.deepEqual(readStack({ stack: { ...stack, routes: ["a", 5, null] } })?.routes, ["a"]);
  });
});

describe("readApplied", () => {
  it("tells the uid and the Service of the last spec that was applied", () => {
    assert.deepEqual(readApplied({ apiStatus: { uid: "route-uid", implementation: "r1-prodcatapi" } }), {
      uid: "route-uid",
      implementation: "r1-prodcatapi",
    });
  });

  it("tells nothing of a status that does not", () => {
    for (const apiStatus of [undefined, null, {}, { uid: 5, implementation: 5 }, "text"]) {
      assert.deepEqual(readApplied({ apiStatus }), { uid: undefined, implementation: undefined });
    }
    assert.deepEqual(readApplied(undefined), { uid: undefined, implementation: undefined });
  });
});
