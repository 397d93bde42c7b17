import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { useClock } from "../support/clock";
import { behind, catalog } from "./gateways";
import { World } from "./world";

const MARK = "Made for ExposedAPI with uid uid-a";
const ID = "/subscriptions/s/resourceGroups/oda-rg/providers/Microsoft.ApiManagement/service/oda-apim/apis/a";

describe("Reconciler on an API of which a run that was stopped has left something in Azure", () => {
  const clock = useClock();
  let world: World;

  beforeEach(async () => {
    world = await World.start("correct", catalog());
    world.around = { context: { backend: "http://10.0.0.9" } };
    world.create("a", { path: "/a" }, behind("azure-apim"));
  });
  afterEach(() => world.stop());

  const failing = (message: string) => {
    world.engine.work = () => Promise.reject(new TransientError("GatewayConflict", message));
  };

  it("removes just what a run could not make, and makes it with the next", async () => {
    failing(`cannot create already existing resource '${ID}'`);
    await world.reconcile("a");
    assert.deepEqual(world.removals, [`${MARK}: apis/a`]);
    assert.equal(world.condition("a", "Reconciled"), "False GatewayConflict");

    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.removals.length, 1);
  });

  it("removes nothing for any other conflict: what the state has may be serving", async () => {
    failing('Status=409 Code="Conflict" Message="the path is taken"');
    await world.reconcile("a");
    assert.deepEqual(world.removals, []);
  });

  it("says nothing more of it where that fails: the next run tells", async () => {
    world.removalError = new TransientError("GatewayUnavailable", "no answer");
    failing(`cannot create already existing resource '${ID}'`);
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.equal(world.condition("a", "Reconciled"), "False GatewayConflict");
  });

  it("removes it after the resources, before the object goes, and tries again where it cannot", async () => {
    await world.reconcile("a");
    world.delete("a");
    world.removalError = new TransientError("GatewayUnavailable", "no answer");
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.notEqual(world.object("a"), undefined);

    world.removalError = undefined;
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.object("a"), undefined);
    assert.deepEqual(world.removals, [`${MARK}: apis/a, backends/a, apiVersionSets/a`]);
  });
});
