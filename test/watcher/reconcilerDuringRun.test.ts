import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { settled, useClock } from "../support/clock";
import { World } from "./world";

describe("Reconciler while a run is under way", () => {
  let world: World;
  useClock();

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  it("follows readiness, and the status after the run loses nothing of it", async () => {
    world.create("a");
    await world.reconcile("a");
    let finish: () => void = () => undefined;
    world.engine.work = () => new Promise((resolve) => (finish = resolve));
    world.change("a", { path: "/elsewhere" });
    const reconciled = world.reconcileAlone("a");
    await settled();

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
    world.create("a");
    await world.reconcile("a");
    const before = world.object("a")?.status;
    let finish: () => void = () => undefined;
    world.engine.work = () => new Promise((resolve) => (finish = resolve));
    world.change("a", { path: "/elsewhere" });
    const reconciled = world.reconcileAlone("a");
    await settled();

    await world.tellDuringRun("a");
    assert.deepEqual(world.object("a")?.status, before);
    finish();
    await reconciled;
  });

  it("has a write that is under way when the run ends come first", async () => {
    world.create("a");
    await world.reconcile("a");
    let finish: () => void = () => undefined;
    world.engine.work = () => new Promise((resolve) => (finish = resolve));
    world.change("a", { path: "/elsewhere" });
    const reconciled = world.reconcileAlone("a");
    await settled();

    world.ready = false;
    const told = world.tellDuringRun("a");
    finish();
    await Promise.all([told, reconciled]);
    assert.equal((world.status("a", "apiStatus") as { path: string }).path, "/elsewhere");
    assert.equal(world.condition("a", "Ready"), "False NoReadyEndpoint");
    assert.equal((world.status("a", "stack") as { result: string }).result, "Succeeded");
  });

  it("tells of a Service that went meanwhile in an Event", async () => {
    world.create("a");
    await world.reconcile("a");
    let finish: () => void = () => undefined;
    world.engine.work = () => new Promise((resolve) => (finish = resolve));
    world.change("a", { path: "/elsewhere", implementation: "nowhere" });
    const reconciled = world.reconcileAlone("a");
    await settled();
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
