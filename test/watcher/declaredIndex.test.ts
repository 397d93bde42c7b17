import assert from "node:assert/strict";
import { DeclaredIndex } from "../../watcher/declaredIndex";

const route = { kind: "VirtualService", namespace: "components", name: "a" };
const filter = { kind: "EnvoyFilter", namespace: "istio-ingress", name: "components.a" };

describe("DeclaredIndex", () => {
  it("finds who declares an object, by its kind, its namespace and its name", () => {
    const index = new DeclaredIndex();
    index.set("a", [route, filter]);
    assert.deepEqual(index.apisOf(filter), ["a"]);
    assert.deepEqual(index.apisOf({ ...filter, namespace: "components" }), []);
    assert.deepEqual(index.apisOf({ ...filter, kind: "VirtualService" }), []);
  });

  it("finds who declares any object of a kind", () => {
    const index = new DeclaredIndex();
    index.set("a", [route, filter]);
    index.set("b", [{ ...route, name: "b" }]);
    assert.deepEqual(index.apisWith("VirtualService"), ["a", "b"]);
    assert.deepEqual(index.apisWith("EnvoyFilter"), ["a"]);
  });

  it("forgets what an API does not declare any more", () => {
    const index = new DeclaredIndex();
    index.set("a", [route, filter]);
    index.set("a", [route]);
    assert.deepEqual([index.apisOf(filter), index.apisWith("EnvoyFilter")], [[], []]);
    assert.ok(index.has("a"));
    index.set("a", []);
    assert.ok(!index.has("a"));
  });
});
