import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { FINALIZER } from "../../watcher/apiObjects";
import { useClock } from "../support/clock";
import { eventually } from "../support/eventually";
import { keyOf, World } from "./world";

const STACK = "components.a";

describe("Reconciler on an object that is deleted", () => {
  const clock = useClock(Date.UTC(2026, 5, 1));
  let world: World;

  beforeEach(async () => {
    world = await World.start();
    world.create("a");
    await world.reconcile("a");
    world.delete("a");
  });
  afterEach(() => world.stop());

  /** Has every run fail until it is told otherwise. */
  function failing(words = "nobody there"): void {
    world.engine.work = () => Promise.reject(new TransientError("Forbidden", words));
  }
  function working(): void {
    world.engine.work = () => Promise.resolve();
  }

  it("destroys the stack, then lets the object go", async () => {
    let present: boolean | undefined;
    world.engine.work = () => {
      present = world.object("a") !== undefined;
      return Promise.resolve();
    };

    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

    assert.deepEqual(world.runs, [`up ${STACK}`, `destroy ${STACK}`]);
    assert.equal(present, true);
    assert.equal(world.object("a"), undefined);
    assert.ok(world.events.includes("a Removed: stack components.a is gone"));
  });

  it("lets an object go that was written during its destroy, without another", async () => {
    world.engine.work = () => {
      world.setStatus("a", { seen: "by others" });
      return Promise.resolve();
    };

    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

    assert.deepEqual(world.runs, [`up ${STACK}`, `destroy ${STACK}`]);
    assert.equal(world.object("a"), undefined);
  });

  it("does not destroy it again when its finalizer could not be removed at once", async () => {
    world.engine.work = () => {
      world.server.fail(500);
      return Promise.resolve();
    };
    await assert.rejects(world.reconcile("a"), { code: 500 });

    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
    assert.deepEqual(world.runs, [`up ${STACK}`, `destroy ${STACK}`]);
  });

  it("does not destroy it again while the cache still has it as it was", async () => {
    const asCached = world.object("a");
    await world.reconcile("a");
    world.server.put("/apis/oda.tmforum.org/v1/namespaces/components/exposedapis", { ...asCached });

    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

    assert.deepEqual(world.runs, [`up ${STACK}`, `destroy ${STACK}`]);
  });

  it("follows readiness while a failed removal waits for its next try", async () => {
    failing();
    await world.reconcile("a");
    world.ready = false;
    const result = await world.reconcile("a");

    assert.equal(result.outcome, "retry");
    assert.deepEqual(world.status("a", "implementation"), { ready: false });
    assert.equal(world.condition("a", "Reconciled"), "False Forbidden");
    assert.equal(world.events.filter((event) => event.startsWith("a RemovalFailed")).length, 1);
  });

  it("never lets the object go after a destroy that failed", async () => {
    failing("may not delete");
    for (let failure = 0; failure < 3; failure++) {
      const result = await world.reconcile("a");
      assert.ok(result.outcome === "retry");
      assert.deepEqual(world.object("a")?.metadata?.finalizers, [FINALIZER]);
      await clock.advance(result.after);
    }

    assert.equal(world.condition("a", "Reconciled"), "False Forbidden");
    assert.match(
      world.message("a", "Reconciled") ?? "",
      /^cannot remove the resources of stack components\.a: may not delete/,
    );
    assert.ok(world.events.some((event) => event.startsWith("a RemovalFailed: ")));
  });

  it("does not try again before it is due, then lets the object go", async () => {
    failing();
    const result = await world.reconcile("a");
    assert.ok(result.outcome === "retry");
    await clock.advance(result.after - 1);
    assert.deepEqual(await world.reconcile("a"), { outcome: "retry", after: 1 });
    assert.equal(world.runs.length, 2);

    await clock.advance(1);
    working();
    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
    assert.equal(world.object("a"), undefined);
  });

  it("keeps the finalizer when a shutdown cuts the destroy off", async () => {
    failing();
    world.closing.abort();

    assert.deepEqual(await world.reconcile("a"), { outcome: "waiting" });

    assert.deepEqual(world.object("a")?.metadata?.finalizers, [FINALIZER]);
  });

  it("destroys the stack of an object whose spec is no longer valid", async () => {
    world.change("a", { port: 0 });
    await world.reconcile("a");

    assert.deepEqual(world.runs.at(-1), `destroy ${STACK}`);
    assert.equal(world.object("a"), undefined);
  });

  it("keeps the claim of an object that is created again before the answer to its last write", async () => {
    const removing = world.reconcileAlone("a");
    await eventually("the object is gone", () => world.object("a") === undefined);
    world.create("a", {}, { uid: "uid-new", creationTimestamp: "2026-01-01T00:00:00Z" });
    await removing;
    world.create("b", {}, { creationTimestamp: "2026-02-01T00:00:00Z" });

    assert.equal(world.claims.conflict(keyOf("b"))?.holder, keyOf("a"));
    assert.equal(world.claims.conflict(keyOf("a")), undefined);
  });

  it("leaves an object alone that others keep after its stack is gone", async () => {
    world.create("b", {}, { finalizers: ["other"] });
    world.delete("b");

    assert.deepEqual(await world.reconcile("b"), { outcome: "done" });

    assert.deepEqual(world.runs, [`up ${STACK}`]);
    assert.deepEqual(world.object("b")?.metadata?.finalizers, ["other"]);
  });
});
