import assert from "node:assert/strict";
import { OwnWrites, versionOf } from "../../../watcher/kube/ownWrites";

const KEY = "exposedapis/components/a";
const at = (resourceVersion: string, uid = "uid-a") => ({ metadata: { name: "a", uid, resourceVersion } });

describe("OwnWrites", () => {
  it("gives what was written until the cache has caught up", () => {
    const writes = new OwnWrites();
    writes.keep(KEY, at("10"));
    assert.deepEqual(writes.latest(KEY, at("9")), at("10"));
    assert.deepEqual(writes.latest(KEY, at("10")), at("10"));
    assert.deepEqual(writes.latest(KEY, at("9")), at("9"), "it is forgotten by then");
  });

  it("gives what is in the cache where that is another object of the name, or none", () => {
    const writes = new OwnWrites();
    writes.keep(KEY, at("10"));
    assert.deepEqual(writes.latest(KEY, at("9", "uid-b")), at("9", "uid-b"));
    writes.keep(KEY, at("10"));
    assert.equal(writes.latest(KEY, undefined), undefined);
  });

  it("does not take an answer that comes late for the newest state", () => {
    const writes = new OwnWrites();
    writes.keep(KEY, at("11"));
    writes.keep(KEY, at("10"));
    assert.deepEqual(writes.latest(KEY, at("9")), at("11"));
  });
});

describe("versionOf", () => {
  it("takes what is no number for the oldest", () => {
    assert.equal(versionOf(at("12")), 12n);
    for (const version of ["", "x1", "-1"]) assert.equal(versionOf(at(version)), 0n);
    assert.equal(versionOf({}), 0n);
  });
});
