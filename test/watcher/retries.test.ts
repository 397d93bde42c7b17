import assert from "node:assert/strict";
import { Retries } from "../../watcher/retries";
import { useClock } from "../support/clock";

const KEY = "exposedapis/components/a";
const problem = { reason: "Forbidden", message: "may not" } as const;

describe("Retries", () => {
  const clock = useClock();

  it("keeps what failed from running again before it is due", async () => {
    const retries = new Retries();
    const delay = retries.failed(KEY, "hash", problem);

    assert.deepEqual(retries.pending(KEY, "hash"), { problem, delay });
    await clock.advance(delay - 1);
    assert.deepEqual(retries.pending(KEY, "hash"), { problem, delay: 1 });
    await clock.advance(1);
    assert.equal(retries.pending(KEY, "hash"), undefined);
  });

  it("lets a run be repeated at once when what stood in its way may be gone, and goes on with its delays", () => {
    const retries = new Retries();
    const conflict = { reason: "FieldConflict", message: "held by another" } as const;
    for (let failure = 0; failure < 8; failure++) retries.failed(KEY, "hash", conflict);
    retries.hasten(KEY);
    assert.equal(retries.pending(KEY, "hash"), undefined);
    assert.ok(retries.failed(KEY, "hash", conflict) > 60_000);

    retries.failed("other", "hash", problem);
    retries.hasten("other");
    assert.notEqual(retries.pending("other", "hash"), undefined, "nothing of that kind stood in its way");
  });

  it("lets a change run at once, and begins anew with its delays", () => {
    const retries = new Retries();
    for (let failure = 0; failure < 8; failure++) retries.failed(KEY, "hash", problem);

    assert.equal(retries.pending(KEY, "changed"), undefined);
    assert.ok(retries.failed(KEY, "changed", problem) <= 1000);
  });

  it("waits longer after each failure in a row, up to five minutes", () => {
    const retries = new Retries();
    const delays = Array.from({ length: 20 }, () => retries.failed(KEY, "hash", problem));

    assert.ok(delays[0]! <= 1000);
    assert.ok(delays[4]! > delays[0]! * 2);
    assert.ok(delays.every((delay) => delay <= 300_000));
    assert.ok(delays[19]! >= 150_000);
  });

  it("forgets failures of an object that runs well again, and of no other", () => {
    const retries = new Retries();
    retries.failed(KEY, "hash", problem);
    retries.failed("exposedapis/components/b", "hash", problem);
    retries.forget(KEY);

    assert.equal(retries.pending(KEY, "hash"), undefined);
    assert.ok(retries.pending("exposedapis/components/b", "hash"));
  });
});
