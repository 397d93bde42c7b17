import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { useClock } from "../support/clock";
import { azure, behind, catalog, StubSettings } from "./gateways";
import { World } from "./world";

const PLACE = "00000000-0000-4000-8000-000000000001/oda-rg/oda-apim/a";
const FOREIGN_CHANGES = "oda.tmforum.org/foreign-changes";

describe("Reconciler on an API in Azure that somebody else may change", () => {
  const clock = useClock();
  let source: StubSettings;
  let world: World;

  beforeEach(async () => {
    source = new StubSettings(azure);
    world = await World.start("correct", catalog(source));
    world.around = { context: { backend: "http://10.0.0.9" } };
    world.tags = {};
    // What all APIs share is there.
    world.create("other", { path: "/other" }, behind("azure-apim"));
    await world.reconcile("other");
    world.engine.apply = () => {
      world.tags = { api: `api-${world.runsOf("a")}`, policy: `policy-${world.runsOf("a")}` };
    };
    world.create("a", { path: "/a" }, behind("azure-apim"));
    await world.reconcile("a");
  });
  afterEach(() => world.stop());

  const etags = () => world.status("a", "stack")?.["etags"];
  const told = () => world.status("a", "stack")?.["told"];
  const tagsOfRun = (run: number) => ({ of: PLACE, api: `api-${run}`, policy: `policy-${run}` });
  const change = (path: string) => {
    world.change("a", { path });
    return world.reconcile("a");
  };
  const overwrite = () => {
    world.annotate("a", behind("azure-apim", { [FOREIGN_CHANGES]: "overwrite" }).annotations);
  };

  it("keeps the entity tags of the last run, and runs again where they are the same", async () => {
    assert.deepEqual(etags(), tagsOfRun(1));
    world.change("a", { path: "/b" });
    await world.reconcile("a");
    assert.deepEqual(etags(), tagsOfRun(2));
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.events.filter((event) => event.includes("ChangedElsewhere")).length, 0);
  });

  it("reports a change of others, and leaves it", async () => {
    const lastRun = String(world.status("a", "stack")?.["lastRun"]);
    world.tags = { api: "api-1", policy: "theirs" };
    world.change("a", { path: "/b" });
    assert.deepEqual(await world.reconcile("a"), { outcome: "waiting" });
    assert.equal(world.runsOf("a"), 1);
    assert.equal(world.condition("a", "Reconciled"), "False ChangedElsewhere");
    assert.ok(
      world
        .message("a", "Reconciled")
        ?.startsWith(
          `ApiPolicy of API a of oda-apim was changed by somebody else since the run of ${lastRun}; `,
        ),
    );
    assert.equal(world.events.filter((event) => event.startsWith("a ChangedElsewhere")).length, 1);
    assert.deepEqual(etags(), tagsOfRun(1));

    await world.reconcile("a");
    assert.equal(world.events.filter((event) => event.startsWith("a ChangedElsewhere")).length, 1);
  });

  it("writes over it where the object says so, with a refresh, and tells", async () => {
    world.tags = { api: "theirs" };
    world.change("a", { path: "/b" });
    await world.reconcile("a");
    overwrite();
    await world.reconcile("a");
    assert.equal(world.runsOf("a"), 2);
    assert.deepEqual(world.engine.asked.at(-1)?.[2], { refresh: true, force: false });
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.ok(
      world.events.some((event) =>
        event.startsWith("a ForeignChangeOverwritten: Api and ApiPolicy of API a"),
      ),
    );
    assert.deepEqual(etags(), tagsOfRun(2));
  });

  it("writes over it where the platform's settings say so", async () => {
    source.set({ ...azure, foreignChanges: "overwrite" });
    world.tags = { policy: "policy-1" };
    await world.reconcile("a");
    assert.equal(world.runsOf("a"), 2);
    assert.ok(world.events.some((event) => event.startsWith("a ForeignChangeOverwritten: Api of API a")));
  });

  it("begins no run while the gateway cannot be asked, and tries again", async () => {
    world.tags = new TransientError("GatewayUnavailable", "no answer");
    world.change("a", { path: "/b" });
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.equal(world.runsOf("a"), 1);
    assert.equal(world.condition("a", "Reconciled"), "False GatewayUnavailable");
    assert.deepEqual(etags(), tagsOfRun(1));
    world.tags = { api: "theirs", policy: "policy-1" };
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False ChangedElsewhere");
  });

  it("takes what a run of its own that failed has changed for its own", async () => {
    world.engine.work = () => {
      world.tags = { api: "half", policy: "policy-1" };
      return Promise.reject(new TransientError("GatewayUnavailable", "cut off"));
    };
    world.change("a", { path: "/b" });
    await world.reconcile("a");
    assert.equal(etags(), undefined);
    world.tags = { api: "done later", policy: "policy-1" };
    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
  });

  it("holds no entity tags while a run is under way: one that is cut off is not taken for somebody else's", async () => {
    let during: unknown = "unseen";
    world.engine.work = () => {
      during = [etags(), told()];
      return Promise.resolve();
    };
    world.change("a", { path: "/b" });
    await world.reconcile("a");
    assert.deepEqual(during, [undefined, [PLACE]]);
    assert.equal(told(), undefined);
    assert.deepEqual(etags(), tagsOfRun(2));
  });

  it("takes a service that Key Vault names anew for another place, of which nothing is known", async () => {
    const other = { ...azure, serviceName: "oda-apim-2", gatewayUrl: "https://oda-apim-2.azure-api.net" };
    source.set(other);
    await world.reconcile("other");
    world.tags = {};
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.tagsReadAt, "oda-apim-2/a");
    assert.deepEqual(etags(), { ...tagsOfRun(2), of: PLACE.replace("oda-apim", "oda-apim-2") });

    world.tags = { ...world.tags, policy: "theirs" };
    await change("/b");
    assert.equal(world.condition("a", "Reconciled"), "False ChangedElsewhere");
  });

  it("takes another id of the API for another place", async () => {
    source.set({ ...azure, apiIds: "namespace-name" });
    await world.reconcile("other");
    world.tags = {};
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(world.tagsReadAt, "oda-apim/components-a");
  });

  it("keeps the entity tags of a run that failed in the cluster, before the gateway was told of anything", async () => {
    world.engine.work = () => Promise.reject(new TransientError("FieldConflict", "somebody's field"));
    await change("/b");
    assert.deepEqual(etags(), tagsOfRun(1));
    world.engine.work = () => Promise.resolve();
    world.tags = { api: "theirs", policy: "policy-1" };
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False ChangedElsewhere");
  });

  it("says too what of the cluster it does not put back meanwhile", async () => {
    world.tags = { api: "theirs", policy: "policy-1" };
    world.live.set("Ingress/apim-api-ingress-a", null);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False ChangedElsewhere");
    const gone = /; meanwhile this is not put back: Ingress apim-api-ingress-a was deleted/;
    assert.match(world.message("a", "Reconciled") ?? "", gone);

    world.tags = new TransientError("GatewayUnavailable", "no answer");
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False GatewayUnavailable");
    assert.match(world.message("a", "Reconciled") ?? "", gone);
    await world.reconcile("a");
    assert.match(world.message("a", "Reconciled") ?? "", gone);
  });

  it("does not begin a removal while the gateway cannot be asked, and keeps the object", async () => {
    world.tags = new TransientError("GatewayUnavailable", "no answer");
    world.delete("a");
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.ok(!world.runs.includes("destroy components.a"));
    assert.notEqual(world.object("a"), undefined);
    assert.equal(world.condition("a", "Reconciled"), "False GatewayUnavailable");

    world.tags = {};
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.object("a"), undefined);
  });
});
