import assert from "node:assert/strict";
import { declaredObjects, TransientError } from "../../stack";
import { type LiveObject, type ManagedFields } from "../../watcher/drift/liveObject";
import { evaluate } from "../../watcher/evaluate";
import { useClock } from "../support/clock";
import { exposedApis } from "./examples";
import { platform, World } from "./world";

const byHand: ManagedFields = {
  manager: "kubectl-edit",
  operation: "Update",
  time: "2026-01-01T12:03:11Z",
  fieldsV1: { "f:spec": { "f:hosts": {} } },
};

describe("Reconciler on resources that somebody else changed", () => {
  const clock = useClock();
  let world: World;

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  /** The VirtualService of an API as a run leaves it, with changes to its spec. */
  function route(name: string, spec: object = {}, ...managers: ManagedFields[]): LiveObject {
    const { api, settings } = evaluate(exposedApis, world.object(name) ?? {}, platform);
    assert.ok(api && settings);
    const [owned] = declaredObjects(api, settings);
    return {
      metadata: {
        name,
        namespace: "components",
        resourceVersion: "1",
        managedFields: [{ manager: "oda-api", operation: "Apply" }, ...managers],
      },
      spec: Object.assign({}, owned?.fields["spec"], spec),
    } as unknown as LiveObject;
  }

  /** Has an API served, and its VirtualService in the cache. */
  async function served(name = "a"): Promise<void> {
    world.create(name);
    await world.reconcile(name);
    world.live.set(`VirtualService/${name}`, route(name));
  }

  const specPath = "/r1-catalog/tmf-api/productCatalogManagement/v4";
  const edit = (name = "a") =>
    world.live.set(`VirtualService/${name}`, route(name, { hosts: ["by-hand.example.org"] }, byHand));
  const lastOptions = () => world.engine.asked.at(-1)?.[2];

  it("starts no run while everything is as it was applied", async () => {
    await served();
    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
    assert.equal(world.runs.length, 1);
  });

  it("puts an edited field back by one run with refresh, and says who had changed it", async () => {
    await served();
    edit();
    await world.reconcile("a");

    assert.deepEqual(world.runs, ["up components.a", "up components.a"]);
    assert.deepEqual(lastOptions(), { refresh: true, force: true });
    assert.equal(
      world.events.at(-1),
      "a DriftCorrected: VirtualService a: spec.hosts was changed by kubectl-edit at 12:03:11Z; put back",
    );
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.deepEqual(world.drifts, ["corrected"]);
  });

  it("makes a deleted object again", async () => {
    await served();
    world.live.set("VirtualService/a", null);
    await world.reconcile("a");

    assert.deepEqual(lastOptions(), { refresh: true, force: false });
    assert.equal(world.events.at(-1), "a DriftCorrected: VirtualService a was deleted; made again");
  });

  it("does not take its own run for a change by others, before the cache has seen it", async () => {
    world.create("a");
    world.live.set("VirtualService/a", null);
    world.engine.versions = { "VirtualService/components/a": "5" };
    await world.reconcile("a");
    const result = await world.reconcile("a");

    assert.equal(world.runs.length, 1);
    assert.equal(result.outcome, "done");
    assert.equal(result.after, 10_000, "it is looked at again, should the cache miss the change");
  });

  it("spaces corrections out where somebody undoes each one, and says so meanwhile", async () => {
    await served();
    edit();
    await world.reconcile("a");
    const result = await world.reconcile("a");

    assert.equal(world.runs.length, 2);
    assert.equal(result.outcome, "retry");
    assert.equal(world.condition("a", "Reconciled"), "False Drifted");
    await clock.advance(result.after);
    await world.reconcile("a");
    assert.equal(world.runs.length, 3);
  });

  it("tells why a correction failed, and tries again", async () => {
    await served();
    edit();
    world.engine.work = () => Promise.reject(new TransientError("ApiServerUnavailable", "nobody there"));
    const result = await world.reconcile("a");

    assert.equal(result.outcome, "retry");
    assert.equal(world.condition("a", "Reconciled"), "False ApiServerUnavailable");
  });

  it("refreshes a run for a new spec where an object is gone", async () => {
    await served();
    world.live.set("VirtualService/a", null);
    world.change("a", { path: "/elsewhere" });
    await world.reconcile("a");
    assert.deepEqual(lastOptions(), { refresh: true, force: false });
  });

  it("takes what somebody changed along with a new spec", async () => {
    await served();
    edit();
    world.change("a", { path: "/elsewhere" });
    await world.reconcile("a");
    assert.deepEqual(lastOptions(), { refresh: false, force: true });
  });

  it("waits beside an object that was never its own, and names who holds it", async () => {
    world.create("a");
    world.live.set("VirtualService/a", {
      metadata: { name: "a", managedFields: [byHand] },
      spec: { hosts: ["other.example.org"] },
    } as unknown as LiveObject);
    await world.reconcile("a");
    assert.deepEqual(world.runs, []);
    assert.equal(world.condition("a", "Reconciled"), "False FieldConflict");
    assert.match(
      world.message("a", "Reconciled") ?? "",
      /^VirtualService a is not this API's: spec\.hosts, .* held by kubectl-edit; /,
    );

    world.live.set("VirtualService/a", null);
    await world.reconcile("a");
    assert.deepEqual(world.runs, ["up components.a"]);
  });

  it("tells of a change that a failed run was to put back, once a later one has", async () => {
    await served();
    edit();
    world.engine.work = () => Promise.reject(new TransientError("ApiServerUnavailable", "nobody there"));
    const failed = await world.reconcile("a");
    assert.equal(failed.outcome, "retry");
    await clock.advance(failed.after);
    world.engine.work = () => Promise.resolve();
    await world.reconcile("a");
    assert.match(world.events.at(-1) ?? "", /^a DriftCorrected: VirtualService a: spec\.hosts was changed/);
  });

  it("says that nothing is served where the route of an API with a problem was deleted", async () => {
    await served();
    world.live.set("VirtualService/a", null);
    world.change("a", { port: 0 });
    await world.reconcile("a");
    assert.match(world.message("a", "Reconciled") ?? "", /; callers get nothing, for the route was deleted/);
  });

  it("removes an object that was changed by hand", async () => {
    await served();
    edit();
    world.delete("a");
    await world.reconcile("a");
    assert.deepEqual(world.runs, ["up components.a", "destroy components.a"]);
  });

  describe("where drift is only to be reported", () => {
    beforeEach(async () => {
      await world.stop();
      world = await World.start("report");
    });

    it("leaves the change, and names it in the condition and once in an Event", async () => {
      await served();
      edit();
      await world.reconcile("a");
      await world.reconcile("a");

      assert.equal(world.runs.length, 1);
      assert.equal(world.condition("a", "Reconciled"), "False Drifted");
      assert.equal(world.condition("a", "Ready"), "False Drifted");
      const message = world.message("a", "Reconciled") ?? "";
      assert.match(message, /^VirtualService a: spec\.hosts was changed by kubectl-edit; .*ODA_DRIFT/);
      assert.deepEqual(
        world.events.filter((event) => event.startsWith("a DriftDetected")).length,
        1,
        world.events.join("\n"),
      );
      assert.deepEqual(world.drifts, ["reported"]);
    });

    it("is content again once the change is taken back", async () => {
      await served();
      edit();
      await world.reconcile("a");
      world.live.set("VirtualService/a", route("a"));
      await world.reconcile("a");
      assert.equal(world.condition("a", "Reconciled"), "True Applied");
    });

    it("leaves changed fields also where a new spec would take them, and says so", async () => {
      await served();
      edit();
      world.change("a", { path: "/elsewhere" });
      await world.reconcile("a");
      assert.deepEqual(world.runs, ["up components.a"]);
      assert.equal(world.condition("a", "Reconciled"), "False Drifted");
      assert.equal((world.status("a", "apiStatus") as { path: string }).path, specPath);
    });
  });
});
