import assert from "node:assert/strict";
import { TransientError, type RunOutputs, type StackRun, type UpOptions } from "../../stack";
import { useClock } from "../support/clock";
import { azure, behind, catalog, StubSettings } from "./gateways";
import { World } from "./world";

const away = (outputs?: RunOutputs) => () =>
  Promise.reject(new TransientError("GatewayUnavailable", "Azure is away", outputs));

describe("Reconciler on an API that leaves an Azure that is away", () => {
  const clock = useClock();
  let world: World;

  beforeEach(async () => {
    const gateways = catalog(new StubSettings(azure));
    gateways.find("azure-apim");
    world = await World.start("correct", gateways);
    world.around = { context: { backend: "http://10.0.0.9" } };
    const value = { gatewayUrl: azure.gatewayUrl };
    world.engine.outputs = { binding: { field: "apimBind", value } };
    world.create("a", { path: "/a" }, behind("azure-apim"));
    await world.reconcile("a");
    world.engine.outputs = {};
  });
  afterEach(() => world.stop());

  const url = () => world.status("a", "apiStatus")?.["url"];
  const stack = () => world.status("a", "stack") ?? {};
  const optionsOfLastRun = () => world.engine.asked.at(-1)?.[2] as UpOptions;
  const leave = () => {
    world.annotate("a", {});
  };

  it("has a run without refresh, which Azure would have to answer first, also after runs that failed", async () => {
    world.engine.work = away();
    world.change("a", { path: "/b" });
    await world.reconcile("a");
    assert.equal(stack()["result"], "Failed");

    leave();
    await world.reconcile("a");
    assert.equal(optionsOfLastRun().refresh, false);
    assert.equal(url(), "https://oda-apim.azure-api.net/a", "nothing of the run is known to be there");
  });

  it("is told of where it is served once only the deletion is left, which is tried again without refresh", async () => {
    leave();
    world.engine.work = away({ uid: "istio-uid", versions: {} });
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.equal(stack()["gateway"], "istio");
    assert.equal(url(), "https://10.0.0.1/a");
    assert.equal(world.status("a", "apiStatus")?.["uid"], "istio-uid");
    assert.equal(world.status("a", "apimBind"), undefined);
    assert.equal(world.condition("a", "Reconciled"), "False GatewayUnavailable");
    assert.match(
      world.message("a", "Reconciled") ?? "",
      /^all that is asked for is there; what is not any more cannot be deleted yet: Azure is away; /,
    );

    const before = world.runsOf("a");
    await clock.advance(2_000);
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.equal(world.runsOf("a"), before + 1);
    assert.equal(optionsOfLastRun().refresh, false);
    assert.equal(url(), "https://10.0.0.1/a");

    world.engine.work = () => Promise.resolve();
    await clock.advance(5_000);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
    assert.equal(stack()["result"], "Succeeded");
    const runs = world.runsOf("a");
    await world.reconcile("a");
    assert.equal(world.runsOf("a"), runs);
  });

  it("has a run without refresh too where it leaves a WhaleCloud gateway", async () => {
    const documented = { specification: [{ url: "http://docs.example.com/b" }] };
    world.engine.work = () => Promise.resolve();
    world.create("b", { path: "/b", ...documented }, behind("whalecloud-apig"));
    await world.reconcile("b");
    world.engine.work = away();
    world.change("b", { path: "/c", ...documented });
    await world.reconcile("b");
    world.annotate("b", {});
    await world.reconcile("b");
    assert.equal(world.runsOf("b"), 3);
    assert.equal(optionsOfLastRun().refresh, false);
  });

  it("takes changes of its spec meanwhile", async () => {
    leave();
    world.engine.work = away({ uid: "istio-uid", versions: {} });
    await world.reconcile("a");
    world.change("a", { path: "/b" });
    await world.reconcile("a");
    assert.equal(optionsOfLastRun().refresh, false);
    assert.equal(url(), "https://10.0.0.1/b");
  });

  it("is run with refresh after a run that failed where it stays", async () => {
    world.engine.work = away();
    world.change("a", { path: "/b" });
    await world.reconcile("a");
    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(optionsOfLastRun().refresh, true);
  });
});

describe("Reconciler on an API in Azure, and what all share there", () => {
  const clock = useClock();
  let world: World;

  beforeEach(async () => {
    const gateways = catalog(new StubSettings(azure));
    gateways.find("azure-apim");
    world = await World.start("correct", gateways);
    world.around = { context: { backend: "http://10.0.0.9" } };
  });
  afterEach(() => world.stop());

  it("looks at that once, also where the settings name nothing: what they once named goes", async () => {
    for (const name of ["a", "b"]) {
      world.create(name, { path: `/${name}` }, behind("azure-apim"));
      await world.reconcile(name);
    }
    assert.deepEqual(world.runs, ["up azure-apim", "up components.a", "up components.b"]);
  });

  it("is run again without refresh where a service does not answer, which may be one that the settings name no more", async () => {
    const refreshes = (): unknown[] =>
      world.engine.asked
        .filter(([, run]) => (run as StackRun).kind === "Platform")
        .map(([, , options]) => (options as UpOptions).refresh);
    world.engine.work = away();
    world.create("a", { path: "/a" }, behind("azure-apim"));
    await world.reconcile("a");
    assert.deepEqual(refreshes(), [true]);

    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.deepEqual(refreshes(), [true, false]);
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
  });

  it("goes on where only what the settings name no more cannot be deleted, and tells that", async () => {
    world.engine.work = () => {
      const { kind } = world.engine.asked.at(-1)?.[1] as StackRun;
      return kind === "Platform"
        ? Promise.reject(new TransientError("GatewayRejected", "in use", { versions: {} }))
        : Promise.resolve();
    };
    world.create("a", { path: "/a" }, behind("azure-apim"));
    await world.reconcile("a");

    assert.deepEqual(world.runs, ["up azure-apim", "up components.a"]);
    assert.equal(world.status("a", "apiStatus")?.["url"], "https://oda-apim.azure-api.net/a");
    assert.equal(world.condition("a", "Reconciled"), "False GatewayRejected");
    assert.match(
      world.message("a", "Reconciled") ?? "",
      /^what all APIs share at the gateway: all that is asked/,
    );
  });
});
