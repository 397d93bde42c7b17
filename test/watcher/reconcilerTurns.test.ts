import assert from "node:assert/strict";
import { Limiter } from "../../watcher/limiter";
import { settled, useClock } from "../support/clock";
import { eventually } from "../support/eventually";
import { azure, behind, catalog, StubSettings } from "./gateways";
import { inputOf } from "./stubEngine";
import { World } from "./world";

const PLACE = "00000000-0000-4000-8000-000000000001/oda-rg/oda-apim/a";

describe("Reconciler on APIs in Azure whose runs wait for their turn", () => {
  useClock();
  let world: World;
  let finish: () => void;

  beforeEach(async () => {
    const gateways = catalog(new StubSettings(azure));
    gateways.find("azure-apim");
    world = await World.start("correct", gateways);
    const document = { digest: "d1", format: "openapi+json" } as const;
    world.around = { context: { backend: "http://10.0.0.9", document } };
    world.tags = { api: "ours", policy: "ours" };
    for (const name of ["busy", "a"]) {
      world.create(name, { path: `/${name}` }, behind("azure-apim"));
      await world.reconcile(name);
    }
    world.limiter = new Limiter(1);
    world.engine.work = () => new Promise((resolve) => (finish = resolve));
  });
  afterEach(() => world.stop());

  /** Has a run of another API take the one turn there is. */
  const busy = async () => {
    world.change("busy", { path: "/busier" });
    const running = world.reconcile("busy");
    await eventually("the run of another API", () => world.runs.at(-1) === "up components.busy");
    [world.tagReads, world.textReads] = [0, 0];
    return { running };
  };
  const stackOf = (name: string) => world.status(name, "stack") ?? {};

  it("asks the gateway, reads the document and notes it only when the turn has come", async () => {
    const { running } = await busy();
    const names = ["b", "c", "d"];
    for (const name of names) world.create(name, { path: `/${name}` }, behind("azure-apim"));
    const waiting = Promise.all(names.map((name) => world.reconcile(name)));
    await eventually("all wait for their turn", () => world.limiter.depth === names.length);
    await settled();
    assert.deepEqual([world.tagReads, world.textReads], [0, 0]);
    assert.deepEqual(stackOf("b"), {});

    world.engine.work = () => Promise.resolve();
    finish();
    await running;
    await waiting;
    assert.equal(world.textReads, 3);
    assert.equal(inputOf(world.lastRun).document, "text of d1");
  });

  it("notices what somebody else changes until then", async () => {
    const { running } = await busy();
    world.change("a", { path: "/b" });
    const waiting = world.reconcile("a");
    await eventually("it waits for its turn", () => world.limiter.depth === 1);
    world.engine.work = () => Promise.resolve();
    world.engine.apply = () => {
      world.tags = { api: "theirs", policy: "ours" };
    };
    finish();
    await running;
    assert.deepEqual(await waiting, { outcome: "waiting" });
    assert.equal(world.condition("a", "Reconciled"), "False ChangedElsewhere");
  });

  it("keeps the entity tags where the watcher stops before, whatever is told of the API meanwhile", async () => {
    const before = stackOf("a");
    assert.deepEqual(before["etags"], { of: PLACE, api: "ours", policy: "ours" });
    const { running } = await busy();
    world.change("a", { path: "/b" });
    const waiting = world.reconcile("a");
    await eventually("it waits for its turn", () => world.limiter.depth === 1);
    world.ready = false;
    await world.tellDuringRun("a");
    assert.deepEqual(world.status("a", "implementation"), { ready: false });
    assert.deepEqual(stackOf("a"), before);

    world.closing.abort();
    finish();
    await running;
    assert.deepEqual(await waiting, { outcome: "waiting" });
    assert.deepEqual(stackOf("a"), before);
    assert.equal(world.runsOf("a"), 1);
  });

  it("asks the gateway before a removal only then, too", async () => {
    const { running } = await busy();
    world.delete("a");
    const waiting = world.reconcile("a");
    await eventually("it waits for its turn", () => world.limiter.depth === 1);
    assert.equal(world.tagReads, 0);
    world.engine.work = () => Promise.resolve();
    finish();
    await running;
    await waiting;
    assert.equal(world.object("a"), undefined);
  });

  it("begins no run whose note the API server refuses, and takes that for no failure of the run", async () => {
    world.engine.work = () => Promise.resolve();
    const before = world.object("a")?.status;
    world.change("a", { path: "/b" });
    world.server.fail(422);
    await assert.rejects(world.reconcile("a"), { code: 422 });
    assert.equal(world.runsOf("a"), 1);
    assert.deepEqual(world.object("a")?.status, before);

    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.runsOf("a"), 2);
  });

  it("writes what changes around an API after the note, which it does not take back", async () => {
    world.engine.work = () => new Promise((resolve) => (finish = resolve));
    world.change("a", { path: "/b" });
    const running = world.reconcile("a");
    await eventually("the run", () => world.runsOf("a") === 2);
    world.ready = false;
    await world.tellDuringRun("a");
    assert.deepEqual(stackOf("a")["told"], [PLACE]);
    assert.equal(stackOf("a")["etags"], undefined);
    finish();
    await running;
    assert.equal(stackOf("a")["told"], undefined);
  });
});
