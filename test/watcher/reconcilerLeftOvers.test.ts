import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { settled, useClock } from "../support/clock";
import { type GatewayCatalog } from "../../watcher/gatewayCatalog";
import { azure, behind, catalog, StubSettings } from "./gateways";
import { keyOf, World } from "./world";

const MARK = "Made for ExposedAPI with uid uid-a";
const PLACE = "00000000-0000-4000-8000-000000000001/oda-rg/oda-apim/a";
const REMOVAL = `${MARK} at oda-apim: apis/a, backends/a, apiVersionSets/a`;
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
    // What all APIs share is there.
    world.create("other", { path: "/other" }, behind("azure-apim"));
    await world.reconcile("other");
    world.create("a", { path: "/a" }, behind("azure-apim"));
  });
  afterEach(() => world.stop());

  const told = () => world.status("a", "stack")?.["told"];
  const cutOff = async () => {
    world.engine.work = () => Promise.reject(new TransientError("EngineStopped", "cut off"));
    await world.reconcile("a");
    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
  };

  const failing = (message: string) => {
    world.engine.work = () => Promise.reject(new TransientError("GatewayConflict", message));
  };

  it("removes just what a run could not make, and makes it with the next", async () => {
    failing(`cannot create already existing resource '${ID}'`);
    await world.reconcile("a");
    assert.deepEqual(world.removals, [`${MARK} at oda-apim: apis/a`]);
    assert.equal(world.condition("a", "Reconciled"), "False GatewayConflict");

    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.removals.length, 1);
  });

  it("does so too for an id that is shown within its service", async () => {
    failing("cannot create already existing resource 'apis/a' of API Management service oda-apim");
    await world.reconcile("a");
    assert.deepEqual(world.removals, [`${MARK} at oda-apim: apis/a`]);
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

  it("notes where it tells of the API before the engine is asked, until a run has succeeded", async () => {
    let during: unknown;
    world.engine.work = () => {
      during = world.object("a")?.status;
      return Promise.resolve();
    };
    await world.reconcile("a");
    assert.deepEqual(during, { stack: { name: "components.a", gateway: "azure-apim", told: [PLACE] } });
    assert.equal(told(), undefined);
    assert.deepEqual(world.removals, []);
  });

  it("notes nothing of an API whose cluster side alone is made", async () => {
    world.around = { unreached: { without: "Ingress components/a has no address" } };
    await cutOff();
    assert.equal(told(), undefined);
  });

  it("removes it after the resources, before the object goes, and tries again where it cannot", async () => {
    await cutOff();
    assert.deepEqual(told(), [PLACE]);
    world.delete("a");
    world.removalError = new TransientError("GatewayUnavailable", "no answer");
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.notEqual(world.object("a"), undefined);

    world.removalError = undefined;
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.object("a"), undefined);
    assert.deepEqual(world.removals, [REMOVAL]);
  });

  it("needs no settings of the gateway for that", async () => {
    await cutOff();
    source.set(undefined, "Key Vault does not answer");
    world.delete("a");
    await world.reconcile("a");
    assert.equal(world.object("a"), undefined);
    assert.deepEqual(world.removals, [REMOVAL]);
  });

  it("asks nobody after the removal of an API whose last run succeeded", async () => {
    await world.reconcile("a");
    world.removalError = new TransientError("GatewayUnavailable", "no answer");
    world.delete("a");
    await world.reconcile("a");
    assert.equal(world.object("a"), undefined);
  });

  it("removes what a move there has left that was cut off, once the API is behind Istio again", async () => {
    await cutOff();
    world.annotate("a", {});
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.deepEqual(world.removals, [REMOVAL]);
    assert.equal(told(), undefined);
  });

  it("tries again later where that cannot be done, and the API is well meanwhile", async () => {
    await cutOff();
    world.annotate("a", {});
    world.removalError = new TransientError("GatewayUnavailable", "no answer");
    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
    assert.equal(world.condition("a", "Ready"), "True Serving");
    assert.deepEqual(told(), [PLACE]);

    world.removalError = undefined;
    await world.reconcile("a");
    assert.deepEqual([world.removals, told()], [[], [PLACE]]);
    world.enqueued.length = 0;
    await clock.advance(60_000);
    assert.deepEqual(world.enqueued, [keyOf("a")]);
    await world.reconcile("a");
    assert.deepEqual([world.removals, told()], [[REMOVAL], undefined]);
  });

  it("looks once more at the place that an API has left, where a move that is cut off would leave it", async () => {
    await world.reconcile("a");
    world.annotate("a", {});
    await cutOff();
    assert.deepEqual(told(), [PLACE]);
    await world.reconcile("a");
    assert.deepEqual([world.removals, told()], [[REMOVAL], undefined]);
    await world.reconcile("a");
    assert.equal(world.removals.length, 1);
  });

  it("removes it at a service that Key Vault names no more", async () => {
    await cutOff();
    source.set({ ...azure, serviceName: "oda-apim-2" });
    await world.reconcile("other");
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.removals.at(-1), REMOVAL);
    assert.equal(told(), undefined);
  });

  it("never asks where the API is served, whoever has written that into its status", async () => {
    await world.reconcile("a");
    world.setStatus("a", {
      ...world.object("a")?.status,
      stack: { ...world.status("a", "stack"), told: [PLACE, "x/../y/z"] },
    });
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.deepEqual(world.removals, []);
  });

  it("lets an API go for which no run ever began, for Azure could not be asked", async () => {
    world.tags = new TransientError("GatewayUnauthorized", "no identity");
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False GatewayUnauthorized");
    assert.equal(told(), undefined);
    world.delete("a");
    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
    assert.equal(world.object("a"), undefined);
  });

  it("asks nobody about one that was behind Istio only", async () => {
    const { tagReads } = world;
    world.annotate("a", {});
    await world.reconcile("a");
    world.delete("a");
    await world.reconcile("a");
    assert.deepEqual([world.removals, world.tagReads], [[], tagReads]);
  });
});

describe("Reconciler where Azure is not configured", () => {
  let world: World;
  afterEach(() => world.stop());

  it("lets an API go that asks for it and is behind Istio, for no run has told Azure of it", async () => {
    const gateways = catalog(new StubSettings(undefined, "it is not configured"));
    gateways.find("azure-apim");
    await settled();
    world = await World.start("correct", gateways);
    world.create("a", { path: "/a" });
    await world.reconcile("a");
    world.annotate("a", behind("azure-apim").annotations);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False GatewaySettingsUnknown");
    world.delete("a");
    assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
    assert.equal(world.object("a"), undefined);
    assert.deepEqual([world.removals, world.tagReads], [[], 0]);
  });
});
