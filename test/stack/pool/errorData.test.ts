import assert from "node:assert/strict";
import { deserialize, serialize } from "node:v8";
import { assert as check, constantFrom, array, nat, property, record, string } from "fast-check";
import { EngineError, outputsOf, StackLockedError, TransientError, transientReasons } from "../../../stack";
import { EngineGone, StuckRun } from "../../../stack/address";
import { PatchedObjectMissing } from "../../../stack/classify";
import { errorData, errorOf } from "../../../stack/pool/errorData";

/** The error on the other side of a border between processes. */
const crossed = (error: unknown): Error =>
  errorOf(deserialize(serialize(errorData(error))) as ReturnType<typeof errorData>);

describe("Errors between processes", () => {
  function sameIn(error: Error): void {
    const other = crossed(error);
    assert.equal(other.constructor, error.constructor);
    assert.deepEqual(Object.entries(other), Object.entries(error));
    assert.equal(other.message, error.message);
    assert.equal(other.stack, error.stack);
  }

  it("keep reason, message and stack where they may pass by themselves", () => {
    check(
      property(constantFrom(...transientReasons), string(), (reason, message) => {
        sameIn(new TransientError(reason, message));
      }),
    );
  });

  it("keep the outputs of a run that failed only to delete", () => {
    const outputs = { uid: "1", versions: { route: "2" } };
    sameIn(new TransientError("GatewayUnavailable", "away", outputs));
    sameIn(new EngineError("a bug", outputs));
    assert.deepEqual(outputsOf(crossed(new EngineError("a bug", outputs))), outputs);
  });

  it("keep the holders of a lock", () => {
    const holder = record(
      { user: string(), host: string(), pid: nat(), since: string() },
      { noNullPrototype: true },
    );
    check(
      property(array(holder), (holders) => {
        sameIn(new StackLockedError(holders));
      }),
    );
  });

  for (const Class of [EngineError, EngineGone, StuckRun]) {
    it(`keep their class and message: ${Class.name}`, () => {
      check(
        property(string(), (message) => {
          sameIn(new Class(message));
        }),
      );
    });
  }

  it("are of the class that callers know where they are of one that they do not", () => {
    const { constructor, reason } = crossed(new PatchedObjectMissing("gone")) as TransientError;

    assert.deepEqual([constructor, reason], [TransientError, "WorkloadMissing"]);
  });

  for (const thrown of [new RangeError("out of range"), "out of range"]) {
    it(`are bugs where nobody foresaw them: ${typeof thrown}`, () => {
      const error = crossed(thrown);

      assert.equal(error.constructor, EngineError);
      assert.equal(error.message, "out of range");
    });
  }
});
