import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { type ApiObject } from "../../watcher/kube/objects";
import { type Json } from "../spec/examples";
import { settled, useClock } from "../support/clock";
import { World } from "./world";

describe("Reconciler while a run is under way", () => {
  let world: World;
  useClock();

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  /** Has an API served, then changed, and stops in the middle of the run for the change. */
  async function runUnderWay(changes: Json): Promise<{
    readonly before: ApiObject["status"];
    readonly finish: () => void;
    readonly reconciled: Promise<unknown>;
  }> {
    world.create("a");
    await world.reconcile("a");
    const before = world.object("a")?.status;
    let finish: () => void = () => undefined;
    world.engine.work = () => new Promise((resolve) => (finish = resolve));
    world.change("a", changes);
    const reconciled = world.reconcileAlone("a");
    await settled();
    return { before, finish, reconciled };
  }

  it("follows readiness, and the status after the run loses nothing of it", async () => {
    const { finish, reconciled } = await runUnderWay({ path: "/elsewhere" });

    world.ready = false;
    await world.tellDuringRun("a");
    assert.equal(world.condition("a", "Ready"), "False NoReadyEndpoint");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.deepEqual(world.status("a", "implementation"), { ready: false });

    finish();
    await reconciled;
    assert.equal(world.condition("a", "Ready"), "False NoReadyEndpoint");
    assert.equal((world.status("a", "apiStatus") as { path: string }).path, "/elsewhere");
  });

  it("says nothing new where no run is under way", async () => {
    world.create("a");
    await world.reconcile("a");
    const { writes } = world;
    world.ready = false;
    await world.tellDuringRun("a");
    assert.equal(world.writes, writes);
  });

  it("says nothing of the spec that the run is for", async () => {
    const { before, finish, reconciled } = await runUnderWay({ path: "/elsewhere" });

    await world.tellDuringRun("a");
    assert.deepEqual(world.object("a")?.status, before);
    finish();
    await reconciled;
  });

  it("has a write that is under way when the run ends come first", async () => {
    const { finish, reconciled } = await runUnderWay({ path: "/elsewhere" });

    world.ready = false;
    const told = world.tellDuringRun("a");
    finish();
    await Promise.all([told, reconciled]);
    assert.equal((world.status("a", "apiStatus") as { path: string }).path, "/elsewhere");
    assert.equal(world.condition("a", "Ready"), "False NoReadyEndpoint");
    assert.equal((world.status("a", "stack") as { result: string }).result, "Succeeded");
  });

  it("tells of a Service that went meanwhile in an Event", async () => {
    const { finish, reconciled } = await runUnderWay({ path: "/elsewhere", implementation: "nowhere" });
    finish();
    await reconciled;
    assert.ok(
      world.events.some((event) => event.startsWith("a ServiceMissing: ")),
      world.events.join(),
    );
  });

  it("remembers a failed run when the status cannot say so yet", async () => {
    world.create("a");
    await world.reconcile("a");
    world.engine.work = () => {
      world.server.fail(500);
      return Promise.reject(new TransientError("ApiServerUnavailable", "nobody there"));
    };
    world.change("a", { path: "/elsewhere" });
    await assert.rejects(world.reconcile("a"), { code: 500 });

    await world.reconcile("a");
    assert.equal((world.status("a", "stack") as { result: string }).result, "Failed");
    assert.equal(world.condition("a", "Reconciled"), "False ApiServerUnavailable");
  });
});
