import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EngineGone } from "../../../stack/address";
import { settled, useClock } from "../../support/clock";
import { eventually } from "../../support/eventually";
import { isRunning } from "../../support/processes";
import {
  DEADLINE,
  GRACE,
  PATIENCE,
  run,
  useWarmSource,
  type SourceFixture,
  type WarmLease,
} from "./warmSource";

/** Milliseconds between looks at an engine that has runs. */
const LOOK = 10_000;

describe("An engine that has served its time", function () {
  this.timeout(2 * PATIENCE);

  const clock = useClock();
  const fixture = useWarmSource();
  let warm: SourceFixture;

  beforeEach(() => {
    warm = fixture();
  });

  for (const [what, script, why] of [
    ["memory", { memory: 2 * 1024 ** 3 }, "2048 MiB of memory"],
    ["descriptors", { descriptors: 600 }, "600 file descriptors"],
  ] as const) {
    it(`is replaced for its ${what}, when another is ready and its last run has left`, async () => {
      warm.create({ limits: { memory: 1024 ** 3, descriptors: 512 } });
      warm.engine.follow(script);
      const old = await warm.lease();

      await clock.advance(LOOK);
      const recycled = await warm.hears("recycled");
      warm.engine.follow({});
      const next = await warm.lease();

      assert.deepEqual(warm.told, ["started", "started", "recycled"]);
      assert.equal(recycled.pid, old.address.pid);
      assert.equal(recycled.detail, why);
      assert.notEqual(next.address.pid, old.address.pid);
      assert.deepEqual(await run(old.address), { result: {} });
      old.release("ended");
      await ends(old);
      assert.deepEqual(await run(next.address), { result: {} });
    });
  }

  it("is replaced for its runs", async () => {
    warm.create({ limits: { runs: 2 } });
    const old = await warm.lease();
    old.release("ended");
    assert.deepEqual(warm.told, ["started"]);

    (await warm.lease()).release("ended");

    assert.equal((await warm.hears("recycled")).detail, "2 runs");
    await ends(old);
    assert.notEqual((await warm.lease()).address.pid, old.address.pid);
  });

  it("goes on where the next one does not start", async () => {
    warm.create({ limits: { runs: 1 } });
    const old = await warm.lease();
    warm.engine.follow({ atStart: { exit: 1 } });
    old.release("ended");
    await warm.hears("crashed");

    const next = await warm.lease();

    assert.equal(next.address.pid, old.address.pid);
    assert.equal(
      warm.source.condition(),
      `the warm engine cannot be renewed: the warm engine ${warm.engine.command} did not start: exit code 1`,
    );
    warm.engine.follow({});
    next.release("ended");
    await clock.advance(1000);
    await warm.hears("recycled");
    assert.equal(warm.source.condition(), undefined);
  });

  it("is looked at while it has runs, then once more, and not while it is idle", async () => {
    warm.engine.follow({ tellsHealth: true });
    const lease = await warm.lease();
    const looks = async (times: number): Promise<void> => {
      await clock.advance(LOOK);
      await eventually("it is looked at", () => warm.lines.length === times, PATIENCE);
      // What it answers to these comes after its answer to the look.
      await run(lease.address);
      await run(lease.address);
    };

    await looks(1);
    await looks(2);
    lease.release("ended");
    await looks(3);
    await clock.advance(10 * LOOK);
    await warm.source.close();

    assert.deepEqual(warm.lines, ["health", "health", "health"]);
  });
});

describe("An engine that is not to be trusted any more", function () {
  this.timeout(2 * PATIENCE);

  const clock = useClock();
  const fixture = useWarmSource();
  let warm: SourceFixture;

  beforeEach(() => {
    warm = fixture();
  });

  it("gets no more runs after one that did not stop, and is killed when the others are over", async () => {
    const [stuck, other] = await Promise.all([warm.lease(), warm.lease()]);

    stuck.release("stuck");
    const next = await warm.lease();

    assert.notEqual(next.address.pid, stuck.address.pid);
    assert.deepEqual(warm.told, ["started", "stuck", "started"]);
    assert.equal((await warm.hears("stuck")).detail, "a run did not stop when it was asked to");
    assert.deepEqual(await run(other.address), { result: {} });
    other.release("ended");
    await ends(stuck);
    assert.equal(warm.source.condition(), undefined);
  });

  it("is killed where the others are not over in time", async () => {
    const [stuck, other] = await Promise.all([warm.lease(), warm.lease()]);
    stuck.release("stuck");

    await clock.advance(DEADLINE + GRACE);

    await ends(stuck);
    await assert.rejects(run(other.address), EngineGone);
    assert.equal(warm.told.includes("crashed"), false);
  });

  it("is replaced where it cut off a run and goes on", async () => {
    const lease = await warm.lease();
    lease.release("gone");
    const next = warm.lease();

    await clock.advance(1000);

    assert.notEqual((await next).address.pid, lease.address.pid);
    assert.equal((await warm.hears("stuck")).detail, "it cut off a run");
    await ends(lease);
  });

  it("is stopped where a run that has lost its worker goes on for half a minute", async () => {
    const [lost, other] = await Promise.all([warm.lease(), warm.lease()]);
    warm.engine.follow({ active: 2, tellsHealth: true });
    lost.release("lost");
    const look = async (times: number): Promise<void> => {
      await clock.advance(LOOK);
      await eventually("it is looked at", () => warm.lines.length === times, PATIENCE);
      await run(other.address);
      await run(other.address);
    };

    for (const times of [1, 2, 3]) await look(times);
    assert.deepEqual(warm.told, ["started"]);
    await look(4);

    assert.equal((await warm.hears("stuck")).detail, "a run that nobody waits for did not stop");
    assert.notEqual((await warm.lease()).address.pid, lost.address.pid);
    assert.deepEqual(await run(other.address), { result: {} });
    other.release("ended");
    await ends(lost);
    assert.equal(warm.told.includes("crashed"), false);
  });

  it("is trusted again where that run stops by itself", async () => {
    const lost = await warm.lease();
    warm.engine.follow({ active: 1, tellsHealth: true });
    lost.release("lost");
    const look = async (times: number): Promise<void> => {
      await clock.advance(LOOK);
      await eventually("it is looked at", () => warm.lines.length === times, PATIENCE);
      await run(lost.address);
      await run(lost.address);
    };
    for (const times of [1, 2, 3]) await look(times);

    warm.engine.follow({ tellsHealth: true });
    await look(4);

    assert.deepEqual(warm.told, ["started"]);
    assert.equal((await warm.lease()).address.pid, lost.address.pid);
  });

  it("is not replaced before another run asks for an engine", async () => {
    const stuck = await warm.lease();
    // A start makes it anew.
    const folder = join(warm.dir, "engine");
    rmSync(folder, { recursive: true });

    stuck.release("stuck");
    await settled();

    assert.equal(existsSync(folder), false);
    await ends(stuck);
    assert.deepEqual(warm.told, ["started", "stuck"]);
  });

  it("is killed when it has not answered three times, which counts as a crash", async () => {
    const lease = await warm.lease();
    warm.engine.follow({ deaf: true, ignoresEnd: true });
    const running = assert.rejects(run(lease.address), EngineGone);

    const found = async (): Promise<boolean> => {
      await clock.advance(1000);
      return warm.told.includes("crashed");
    };
    await eventually("it is found hung", found, PATIENCE);

    await running;
    const { pid, detail } = await warm.hears("crashed");
    assert.equal(pid, lease.address.pid);
    assert.equal(detail, "it did not answer 3 times in a row");
    assert.deepEqual(warm.told, ["started", "crashed"]);
  });
});

function ends({ address }: WarmLease): Promise<unknown> {
  return eventually(`${address.pid} ends`, () => !isRunning(address.pid), PATIENCE);
}
