import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { useClock } from "../support/clock";
import { type GatewayCatalog } from "../../watcher/gatewayCatalog";
import { azure, behind, catalog, StubSettings } from "./gateways";
import { World } from "./world";

const MARK = "Made for ExposedAPI with uid uid-a";
const ID = "/subscriptions/s/resourceGroups/oda-rg/providers/Microsoft.ApiManagement/service/oda-apim/apis/a";

describe("Reconciler on an API of which a run that was stopped has left something in Azure", () => {
  const clock = useClock();
  let source: StubSettings;
  let gateways: GatewayCatalog;
  let world: World;

  beforeEach(async () => {
    source = new StubSettings(azure);
    gateways = catalog(source);
    gateways.find("azure-apim");
    world = await World.start("correct", gateways);
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

  it("waits with the finalizer for the settings of the gateway where a run was cut off, and destroys meanwhile", async () => {
    await world.reconcile("a");
    world.setStatus("a", { stack: { ...world.status("a", "stack"), etags: undefined } });
    source.set(undefined, "Key Vault does not answer");
    world.delete("a");
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.deepEqual(world.runs, ["up components.a", "destroy components.a"]);
    assert.equal(world.condition("a", "Reconciled"), "False GatewaySettingsUnknown");
    assert.notEqual(world.object("a"), undefined);

    source.set(azure);
    await world.reconcile("a");
    assert.equal(world.object("a"), undefined);
    assert.equal(world.removals.length, 1);
  });

  it("does so too where a move there was cut off", async () => {
    world.annotate("a", {});
    await world.reconcile("a");
    world.annotate("a", behind("azure-apim").annotations);
    world.delete("a");
    await world.reconcile("a");
    assert.equal(world.object("a"), undefined);
    assert.equal(world.removals.length, 1);
  });

  it("asks nobody about one that was behind Istio only", async () => {
    world.annotate("a", {});
    await world.reconcile("a");
    world.delete("a");
    await world.reconcile("a");
    assert.deepEqual([world.removals, world.tagReads], [[], 0]);
  });
});
