import assert from "node:assert/strict";
import { ComponentIndex } from "../../../watcher/componentSummary/componentIndex";
import { api } from "./examples";

const SHOP = "components/components/shop";
const BANK = "components/components/bank";
const KEY = "exposedapis/components/a";
const bank = { name: "bank", uid: "uid-bank" };

describe("The index of Components and their APIs", () => {
  let index: ComponentIndex;
  beforeEach(() => {
    index = new ComponentIndex();
  });

  it("finds the Component of an API, and the APIs of a Component", () => {
    assert.deepEqual(index.set(KEY, api("a")), [SHOP]);
    assert.deepEqual(index.set("apis/components/b", api("b")), [SHOP]);
    assert.deepEqual(index.apisOf(SHOP), [KEY, "apis/components/b"]);
    assert.deepEqual(index.apisOf(BANK), []);
  });

  it("knows an API that no Component owns, and tells none of it", () => {
    assert.deepEqual(index.set(KEY, api("a", { owner: null })), []);
    assert.ok(index.exists("uid-a"));
    assert.deepEqual(index.remove(KEY), []);
    assert.equal(index.exists("uid-a"), false);
  });

  it("remembers who went until the Component says so", () => {
    index.set(KEY, api("a"));
    assert.deepEqual(index.remove(KEY), [SHOP]);
    assert.deepEqual(index.departedFrom(SHOP), ["uid-a"]);
    assert.deepEqual(index.apisOf(SHOP), []);
    index.forget(SHOP, ["uid-a"]);
    assert.deepEqual(index.departedFrom(SHOP), []);
  });

  it("keeps who went while the Component was written", () => {
    index.set(KEY, api("a"));
    index.remove(KEY);
    const written = index.departedFrom(SHOP);
    index.set(KEY, api("b"));
    index.remove(KEY);
    index.forget(SHOP, written);
    assert.deepEqual(index.departedFrom(SHOP), ["uid-b"]);
  });

  it("tells both Components when an API changes hands", () => {
    index.set(KEY, api("a"));
    assert.deepEqual(index.set(KEY, api("a", { owner: bank })), [SHOP, BANK]);
    assert.deepEqual(index.departedFrom(SHOP), ["uid-a"]);
    assert.deepEqual(index.apisOf(SHOP), []);
    assert.deepEqual(index.set(KEY, api("a")), [BANK, SHOP]);
    assert.deepEqual(index.departedFrom(SHOP), []);
  });

  it("takes another object of the same name for one that came and one that went", () => {
    index.set(KEY, api("a", { uid: "uid-1" }));
    assert.deepEqual(index.set(KEY, api("a", { uid: "uid-2" })), [SHOP, SHOP]);
    assert.deepEqual(index.departedFrom(SHOP), ["uid-1"]);
    assert.deepEqual([index.exists("uid-1"), index.exists("uid-2")], [false, true]);
  });

  it("does not mind an API that it never saw", () => {
    assert.deepEqual(index.remove(KEY), []);
    index.forget(SHOP, ["uid-a"]);
  });
});
