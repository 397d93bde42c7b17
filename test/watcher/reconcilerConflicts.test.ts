import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { RouteClaims } from "../../watcher/routeClaims";
import { keyOf, World } from "./world";

const STACK = "components.a";
const old = { creationTimestamp: "2026-01-01T00:00:00Z" };
const young = { creationTimestamp: "2026-02-01T00:00:00Z" };

describe("Reconciler on two objects that ask for one route", () => {
  let world: World;

  beforeEach(async () => {
    world = await World.start();
    world.create("a", {}, old);
    world.create("b", {}, young);
  });
  afterEach(() => world.stop());

  it("serves the older one, and tells both", async () => {
    assert.deepEqual(await world.reconcile("b"), { outcome: "waiting" });
    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

    assert.deepEqual(world.runs, [`up ${STACK}`]);
    assert.equal(world.condition("b", "Reconciled"), "False RouteConflict");
    assert.match(
      world.message("b", "Reconciled") ?? "",
      /of gateway component-gateway is served for ExposedAPI components\/a;/,
    );
    assert.ok(
      world.events.some((event) =>
        event.startsWith("a RouteContested: ExposedAPI components/b asks for route"),
      ),
      world.events.join("\n"),
    );
  });

  it("tells the one that is served once: what the status of the other says already is no news after a restart", async () => {
    const told = () => world.events.filter((event) => event.startsWith("a RouteContested")).length;
    await world.reconcile("a");
    await world.reconcile("b");
    assert.equal(told(), 1);
    await world.reconcile("b");
    assert.equal(told(), 1);
  });

  it("looks at the one that waits when the other has moved, not before", async () => {
    await world.reconcile("a");
    await world.reconcile("b");
    world.change("a", { path: "/moved" });
    assert.deepEqual(await world.reconcile("b"), { outcome: "waiting" });

    world.enqueued.length = 0;
    await world.reconcile("a");
    assert.deepEqual(world.enqueued, [keyOf("b")]);

    assert.deepEqual(await world.reconcile("b"), { outcome: "done" });
    assert.equal(world.condition("b", "Ready"), "True Serving");
  });

  it("goes on serving the younger one when it was there first", async () => {
    world.delete("a");
    await world.reconcile("a");
    await world.reconcile("b");
    world.create("a", {}, old);

    assert.deepEqual(await world.reconcile("a"), { outcome: "waiting" });
    assert.deepEqual(await world.reconcile("b"), { outcome: "done" });
    assert.match(world.message("a", "Reconciled") ?? "", /is served for ExposedAPI components\/b/);
  });

  it("does not give the route away while a run that would give it up has failed", async () => {
    await world.reconcile("a");
    world.engine.work = () => Promise.reject(new TransientError("ApiServerUnavailable", "nobody there"));
    world.change("a", { path: "/moved" });
    await world.reconcile("a");

    assert.deepEqual(await world.reconcile("b"), { outcome: "waiting" });
  });

  it("keeps a route for a run that failed, which may have left resources there", async () => {
    world.create("c", { path: "/other" }, young);
    world.engine.work = () => Promise.reject(new TransientError("ApiServerUnavailable", "nobody there"));
    await world.reconcile("c");
    world.create("d", { path: "/other" }, old);

    assert.deepEqual(await world.reconcile("d"), { outcome: "waiting" });
    assert.match(world.message("d", "Reconciled") ?? "", /is served for ExposedAPI components\/c;/);
  });

  it("keeps that route over a restart", async () => {
    world.create("c", { path: "/other" }, young);
    world.engine.work = () => Promise.reject(new TransientError("ApiServerUnavailable", "nobody there"));
    await world.reconcile("c");
    const afterRestart = new RouteClaims();
    world.create("d", { path: "/other" }, old);
    for (const name of ["d", "c"]) afterRestart.set(keyOf(name), world.claim(name));

    assert.equal(afterRestart.conflict(keyOf("d"))?.holder, keyOf("c"));
    assert.equal(afterRestart.conflict(keyOf("c")), undefined);
  });

  it("serves one of them when the older one appears while the younger one gets its finalizer", async () => {
    world.create("c", { path: "/other" }, young);
    const younger = world.reconcile("c");
    world.create("d", { path: "/other" }, old);
    await Promise.all([younger, world.reconcile("d")]);

    assert.deepEqual(world.runs, ["up components.c"]);
    assert.equal(world.condition("d", "Reconciled"), "False RouteConflict");
  });

  it("does not give the route back to an object that others keep after its stack is gone", async () => {
    await world.reconcile("a");
    world.keep("a", "other");
    world.delete("a");
    await world.reconcile("a");
    assert.deepEqual(world.object("a")?.metadata?.finalizers, ["other"]);
    await world.reconcile("b");
    assert.equal(world.condition("b", "Reconciled"), "True Applied");

    await world.reconcile("a");

    assert.deepEqual(await world.reconcile("b"), { outcome: "done" });
    assert.equal(world.condition("b", "Ready"), "True Serving");
  });

  it("lets the one that waited in while others keep the object whose stack is gone", async () => {
    await world.reconcile("a");
    world.keep("a", "other");
    world.delete("a");
    world.enqueued.length = 0;
    await world.reconcile("a");

    assert.deepEqual(world.enqueued, [keyOf("b")]);
  });

  it("serves the one that waited when the other is deleted", async () => {
    await world.reconcile("a");
    await world.reconcile("b");
    world.delete("a");
    world.enqueued.length = 0;
    await world.reconcile("a");

    assert.deepEqual(world.enqueued, [keyOf("b")]);
    assert.deepEqual(await world.reconcile("b"), { outcome: "done" });
  });
});
