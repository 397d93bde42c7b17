import assert from "node:assert/strict";
import { KeyIndex } from "../../watcher/keyIndex";

describe("KeyIndex", () => {
  it("finds every API that a Service implements", () => {
    const index = new KeyIndex();
    index.set("exposedapis/components/a", ["components/catalog"]);
    index.set("exposedapis/components/b", ["components/catalog"]);
    index.set("exposedapis/components/c", ["components/orders"]);

    assert.deepEqual(index.apisOf("components/catalog"), [
      "exposedapis/components/a",
      "exposedapis/components/b",
    ]);
    assert.deepEqual(index.apisOf("components/unknown"), []);
  });

  it("follows an API to another Service", () => {
    const index = new KeyIndex();
    index.set("a", ["components/catalog"]);
    index.set("a", ["components/orders"]);
    index.set("a", ["components/orders"]);

    assert.deepEqual(index.apisOf("components/catalog"), []);
    assert.deepEqual(index.apisOf("components/orders"), ["a"]);
  });

  it("forgets an API that is gone, and takes it in when it comes back", () => {
    const index = new KeyIndex();
    index.set("a", ["components/catalog"]);
    index.set("b", ["components/catalog"]);
    index.set("a", []);
    assert.deepEqual(index.apisOf("components/catalog"), ["b"]);

    index.set("a", []);
    index.set("a", ["components/catalog"]);
    assert.deepEqual(index.apisOf("components/catalog"), ["b", "a"]);
  });

  it("finds an API under the Service of its spec and under the one it is still served by", () => {
    const index = new KeyIndex();
    index.set("a", ["components/catalog"]);
    index.set("a", ["components/orders", "components/catalog"]);
    assert.deepEqual(index.apisOf("components/catalog"), ["a"]);
    assert.deepEqual(index.apisOf("components/orders"), ["a"]);

    index.set("a", ["components/orders"]);
    assert.deepEqual(index.apisOf("components/catalog"), []);
    assert.deepEqual(index.apisOf("components/orders"), ["a"]);

    index.set("a", []);
    assert.deepEqual(index.apisOf("components/orders"), []);
  });
});
