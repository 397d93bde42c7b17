import assert from "node:assert/strict";
import { StackLockedError } from "../../stack";

const holder = { user: "ci", host: "build-7", pid: 42, since: "2026-11-21T09:00:00Z" };

describe("StackLockedError", () => {
  it("names every holder", () => {
    assert.equal(
      new StackLockedError([holder, { ...holder, pid: 43 }]).message,
      "the stack is locked by ci@build-7 (pid 42) since 2026-11-21T09:00:00Z, " +
        "ci@build-7 (pid 43) since 2026-11-21T09:00:00Z",
    );
  });
});
