import assert from "node:assert/strict";
import { TransientError, type StackRun } from "../../stack";
import { useClock } from "../support/clock";
import { keyOf, World } from "./world";
import { platformKey } from "../../watcher/platformStack";

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
    assert.equal(outcome, "waiting");
    assert.equal(world.condition("a", "Reconciled"), "False Forbidden");
    assert.equal(world.condition("a", "PoliciesEnforced"), "Unknown Forbidden");
    assert.match(world.message("a", "Reconciled") ?? "", /^what all APIs share at the gateway: no; /);
    assert.equal(world.condition("b", "Reconciled"), "True Applied");
    assert.deepEqual(world.runs, ["up gateway", "up components.b"]);

    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    world.enqueued.length = 0;
    await world.platform.reconcile(platformKey("istio"));
    assert.deepEqual(world.enqueued, [keyOf("a")]);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.deepEqual(world.runs.slice(2), ["up gateway", "up components.a"]);
  });

  it("has not run while that fails: it occupies no route, and is told of once", async () => {
    failing();
    world.create("a", limited, { creationTimestamp: "2026-01-01T00:00:00Z" });
    await world.reconcile("a");
    const stack = world.status("a", "stack");
    await clock.advance(2_000);
    await world.platform.reconcile(platformKey("istio"));
    const { writes } = world;
    await world.reconcile("a");

    assert.equal(world.runs.filter((run) => run === "up gateway").length, 2);
    assert.equal(world.writes, writes);
    assert.deepEqual(stack, { name: "components.a", gateway: "istio" });
    assert.equal(world.events.filter((event) => event.startsWith("a Forbidden")).length, 1);
    world.create("older", {}, { creationTimestamp: "2020-01-01T00:00:00Z" });
    assert.equal(world.claims.conflict(keyOf("older")), undefined);
  });

  it("keeps what it had run with while that fails for a new spec", async () => {
    world.create("a", limited);
    await world.reconcile("a");
    const stack = world.status("a", "stack");
    failing();
    world.live.set("EnvoyFilter/oda-api", null);
    world.change("a", { path: "/new" });
    await world.reconcile("a");

    assert.equal(world.condition("a", "Reconciled"), "False Forbidden");
    assert.deepEqual(world.status("a", "stack"), stack);
    world.create("b", { path: "/new" });
    world.delete("a");
    assert.equal(world.claims.conflict(keyOf("b")), undefined);
  });

  it("says so where that fails after its own run, until it is mended", async () => {
    world.create("a", limited);
    await world.reconcile("a");
    failing();
    world.live.set("EnvoyFilter/oda-api", null);
    await world.platform.reconcile(platformKey("istio"));
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False Forbidden");
    assert.equal(world.events.filter((event) => event.startsWith("a Forbidden")).length, 1);

    world.engine.work = () => Promise.resolve();
    world.engine.apply = () => world.live.delete("EnvoyFilter/oda-api");
    await clock.advance(2_000);
    await world.platform.reconcile(platformKey("istio"));
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.runs.filter((run) => run === "up components.a").length, 1);
  });
});

describe("Reconciler on an API whose share at the gateway somebody changed, where that is only to be reported", () => {
  let world: World;

  beforeEach(async () => {
    world = await World.start("report");
  });
  afterEach(() => world.stop());

  it("says so after its own run too", async () => {
    world.create("a", limited);
    await world.reconcile("a");
    assert.equal(world.condition("a", "PoliciesEnforced"), "True AllEnforced");
    world.live.set("EnvoyFilter/oda-api", null);
    await world.platform.reconcile(platformKey("istio"));
    world.change("a", { path: "/new" });
    await world.reconcile("a");

    assert.deepEqual(world.runs, ["up gateway", "up components.a", "up components.a"]);
    assert.equal(world.condition("a", "Reconciled"), "False Drifted");
    assert.equal(world.condition("a", "PoliciesEnforced"), "Unknown Drifted");
    assert.equal(world.status("a", "stack")?.["result"], "Succeeded");
  });
});
