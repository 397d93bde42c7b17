import assert from "node:assert/strict";
import { TransientError } from "../../../stack";
import { StuckRun } from "../../../stack/address";
import { useClock } from "../../support/clock";
import { diagnostic } from "./events";
import { DEADLINE, GRACE, STACK, UP, useWarmCommand, type CommandFixture } from "./warmCommand";

describe("WarmCommand, asked to stop a run", () => {
  const fixture = useWarmCommand();
  const clock = useClock();
  let warm: CommandFixture;

  beforeEach(() => {
    warm = fixture();
  });

  it("stops a run whose deadline has passed, and says how long that was and what it was at", async () => {
    const held = warm.hold("up");
    const running = assert.rejects(warm.command().run(UP, warm.dir, {}), (error) => {
      assert.ok(error instanceof TransientError && !(error instanceof StuckRun));
      assert.equal(error.reason, "DeadlineExceeded");
      assert.equal(
        error.message,
        "the engine run was stopped after 60 s; it was trying again after: no route",
      );
      return true;
    });
    const exchange = await held;
    exchange.send({
      event: diagnostic("info", "Retry #1; creation failed: no route", { ephemeral: true }),
    });

    await clock.advance(DEADLINE);
    await warm.asked("interrupt");
    assert.deepEqual(warm.server.requests[1]?.body, { workDir: warm.dir, stack: STACK });
    exchange.end({ error: { message: "update canceled" } });

    await running;
    assert.deepEqual(warm.journalled(), []);
  });

  it("gives a run up that does not stop, and leaves it to the journal", async () => {
    const held = warm.hold("up");
    const running = assert.rejects(warm.command().run(UP, warm.dir, {}), (error) => {
      assert.ok(error instanceof StuckRun);
      assert.equal(error.message, "the engine run did not stop within 10 s after its deadline of 60 s");
      return true;
    });
    const exchange = await held;

    await clock.advance(DEADLINE);
    await warm.asked("interrupt");
    await clock.advance(GRACE);

    await running;
    await exchange.closed;
    assert.deepEqual(warm.journalled(), [warm.entry]);
  });

  it("takes a run that succeeds all the same for a success", async () => {
    const held = warm.hold("up");
    const running = warm.command().run(UP, warm.dir, {});
    const exchange = await held;

    await clock.advance(DEADLINE);
    await warm.asked("interrupt");
    exchange.end({ result: {} });

    assert.equal((await running).code, 0);
  });

  it("stops a run that is not wanted any more", async () => {
    const abort = new AbortController();
    const held = warm.hold("up");
    const running = warm.command().run(UP, warm.dir, {}, undefined, undefined, abort.signal);
    const exchange = await held;

    abort.abort();
    await warm.asked("interrupt");
    exchange.end({ error: { message: "update canceled" } });

    await assert.rejects(running, (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "EngineStopped");
      return true;
    });
  });

  it("gives a run up that is not wanted any more and does not stop", async () => {
    const abort = new AbortController();
    const held = warm.hold("up");
    const running = assert.rejects(
      warm.command().run(UP, warm.dir, {}, undefined, undefined, abort.signal),
      (error) => {
        assert.ok(error instanceof StuckRun);
        assert.equal(error.message, "the engine run did not stop within 10 s after it was asked to");
        return true;
      },
    );
    await held;

    abort.abort();
    await warm.asked("interrupt");
    await clock.advance(GRACE);

    await running;
  });

  it("asks again, for the engine may not have known the run when it was asked first", async () => {
    const abort = new AbortController();
    const held = warm.hold("up");
    const running = warm.command().run(UP, warm.dir, {}, undefined, undefined, abort.signal);
    const exchange = await held;

    abort.abort();
    await warm.asked("interrupt");
    await clock.advance(1000);
    await warm.asked("interrupt", 2);
    exchange.end({ result: {} });

    await running;
  });

  it("does not begin a run that is not wanted any more", async () => {
    const running = warm.command().run(UP, warm.dir, {}, undefined, undefined, AbortSignal.abort());

    await assert.rejects(running, (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "EngineStopped");
      return true;
    });
    assert.deepEqual(warm.server.requests, []);
  });
});
