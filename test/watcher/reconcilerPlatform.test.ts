import assert from "node:assert/strict";
import { TransientError, type StackRun } from "../../stack";
import { useClock } from "../support/clock";
import { keyOf, World } from "./world";

const limited = { rateLimit: { enabled: true, limit: "5" } };

describe("Reconciler on an API that needs what all share at the gateway", () => {
  const clock = useClock();
  let world: World;

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  /** Has runs for the gateway fail from now on. */
  const failing = (): void => {
    world.engine.work = () => {
      const { kind } = world.engine.asked.at(-1)?.[1] as StackRun;
      return kind === "Platform" ? Promise.reject(new TransientError("Forbidden", "no")) : Promise.resolve();
    };
  };

  it("runs that first, and once for all APIs", async () => {
    world.create("a", limited);
    world.create("b", { ...limited, path: "/b" });
    await world.reconcile("a");
    await world.reconcile("b");
    assert.deepEqual(world.runs, ["up gateway", "up components.a", "up components.b"]);
  });

  it("runs nothing but their own stacks for APIs that do not need it, and follows nothing for them", async () => {
    world.create("a");
    await world.reconcile("a");
    assert.deepEqual(world.runs, ["up components.a"]);
    assert.deepEqual(world.followed, []);
  });

  it("waits with its reason where that fails, and runs as soon as it has succeeded", async () => {
    failing();
    world.create("a", limited);
    world.create("b", { path: "/b" });
    const { outcome } = await world.reconcile("a");
    await world.reconcile("b");
    assert.equal(outcome, "retry");
    assert.equal(world.condition("a", "Reconciled"), "False Forbidden");
    assert.match(world.message("a", "Reconciled") ?? "", /^what all APIs share at the gateway: no; /);
    assert.equal(world.condition("b", "Reconciled"), "True Applied");
    assert.deepEqual(world.runs, ["up gateway", "up components.b"]);

    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    world.enqueued.length = 0;
    await world.platform.reconcile();
    assert.deepEqual(world.enqueued, [keyOf("a")]);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.deepEqual(world.runs.slice(2), ["up gateway", "up components.a"]);
  });

  it("says so where that fails after its own run, until it is mended", async () => {
    world.create("a", limited);
    await world.reconcile("a");
    failing();
    world.live.set("EnvoyFilter/oda-api", null);
    await world.platform.reconcile();
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False Forbidden");
    assert.equal(world.events.filter((event) => event.startsWith("a Forbidden")).length, 1);

    world.engine.work = () => Promise.resolve();
    world.engine.apply = () => world.live.delete("EnvoyFilter/oda-api");
    await clock.advance(2_000);
    await world.platform.reconcile();
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.runs.filter((run) => run === "up components.a").length, 1);
  });
});
