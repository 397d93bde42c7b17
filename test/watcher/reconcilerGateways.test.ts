import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { settled, useClock } from "../support/clock";
import { azure, behind, catalog, StubSettings } from "./gateways";
import { inputOf } from "./stubEngine";
import { World } from "./world";

const reached = { context: { backend: "http://10.0.0.9" } };
const bound = (gatewayUrl: string) =>
  ({ binding: { field: "apimBind", value: { spec: { path: "/a" }, gatewayUrl } } }) as const;

describe("Reconciler on an API that chooses its gateway", () => {
  const clock = useClock();
  let source: StubSettings;
  let world: World;

  async function start(settings = new StubSettings(azure)): Promise<void> {
    source = settings;
    const gateways = catalog(source);
    // What the watcher has asked for before its first object.
    gateways.find("azure-apim");
    world = await World.start("correct", gateways);
    world.around = reached;
  }
  beforeEach(() => start());
  afterEach(() => world.stop());

  const settingsOfLastRun = () => inputOf(world.lastRun).settings;
  const stack = (name = "a") => world.status(name, "stack") ?? {};
  const url = (name = "a") => world.status(name, "apiStatus")?.["url"];
  const annotate = (name: string, gateway: string | undefined) => {
    world.annotate(name, gateway === undefined ? {} : behind(gateway).annotations);
  };

  it("exposes it there, and each other one at the default gateway", async () => {
    world.create("a", { path: "/a" }, behind("azure-apim"));
    await world.reconcile("a");
    assert.deepEqual(settingsOfLastRun(), { gateway: azure, context: reached.context });
    assert.equal(stack()["gateway"], "azure-apim");
    assert.equal(url(), "https://oda-apim.azure-api.net/a");
    assert.equal(world.condition("a", "Ready"), "True Serving");

    world.create("b", { path: "/b" });
    await world.reconcile("b");
    assert.equal(settingsOfLastRun().gateway.type, "istio");
    assert.equal(url("b"), "https://10.0.0.1/b");
  });

  it("asks no gateway outside the cluster anything for one behind Istio", async () => {
    world.create("b", { path: "/b" });
    await world.reconcile("b");
    assert.deepEqual([world.tagReads, world.apiRuns.length, world.writes], [0, 1, 2]);
  });

  it("gives a run the text of the document, and the settings its digest only", async () => {
    const document = { digest: "d".repeat(64), format: "openapi+json" } as const;
    world.around = { context: { ...reached.context, document } };
    world.create("a", {}, behind("azure-apim"));
    await world.reconcile("a");
    const input = inputOf(world.lastRun);
    assert.equal(input.document, `text of ${document.digest}`);
    assert.doesNotMatch(JSON.stringify(input.settings), /text of/);
    assert.doesNotMatch(JSON.stringify(world.object("a")), /text of/);
  });

  it("tries again where the text of the document was lost", async () => {
    const document = { digest: "lost", format: "openapi+json" } as const;
    world.around = { context: { ...reached.context, document } };
    world.create("a", {}, behind("azure-apim"));
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.equal(world.condition("a", "Reconciled"), "False DocumentUnavailable");
    assert.deepEqual(world.apiRuns, []);
  });

  it("says why its document cannot be imported, and leaves what was served", async () => {
    world.create("a", { path: "/a" }, behind("azure-apim"));
    await world.reconcile("a");
    const { hash } = stack();
    world.around = {
      ...reached,
      problem: { reason: "DocumentUnavailable", message: "spec.specification[0].url: no answer" },
    };
    world.change("a", { path: "/b" });
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "False DocumentUnavailable");
    assert.equal(stack()["hash"], hash);
    assert.equal(url(), "https://oda-apim.azure-api.net/a");
    assert.equal(world.apiRuns.length, 1);
  });

  it("looks again soon while a document or an Ingress is about to be known, and tells nobody", async () => {
    world.around = { notYet: true };
    world.create("a", {}, behind("azure-apim"));
    assert.deepEqual(await world.reconcile("a"), { outcome: "retry", after: 500 });
    assert.deepEqual([world.apiRuns, world.writes], [[], 0]);
  });

  describe("while nothing is known of its gateway", () => {
    it("waits without a word for the first answer, then says what is missing, and deletes nothing", async () => {
      world.create("a", { path: "/a" }, behind("azure-apim"));
      await world.reconcile("a");
      const before = world.object("a");
      await world.stop();

      await start(new StubSettings());
      world.put(before ?? {});
      assert.equal((await world.reconcile("a")).outcome, "retry");
      assert.equal(world.writes, 0);
      source.set(undefined, "secret subscription-id is missing");
      await settled();
      assert.equal((await world.reconcile("a")).outcome, "waiting");
      assert.equal(world.condition("a", "Reconciled"), "False GatewaySettingsUnknown");
      assert.match(
        world.message("a", "Reconciled") ?? "",
        /secret subscription-id is missing; .*; the last spec /,
      );
      assert.equal(url(), "https://oda-apim.azure-api.net/a");
      assert.deepEqual(world.apiRuns, []);

      source.set(azure);
      await world.reconcile("a");
      assert.equal(world.condition("a", "Reconciled"), "True Applied");
      assert.deepEqual(world.apiRuns, []);
    });

    it("keeps its routes from others, and lets others be served", async () => {
      world.create("a", { path: "/a" }, behind("azure-apim"));
      await world.reconcile("a");
      source.set(undefined, "gone");
      world.noticed("a");
      world.create("b", { path: "/b" });
      await world.reconcile("b");
      assert.equal(world.condition("b", "Reconciled"), "True Applied");
      source.set(azure);
      world.create("c", { path: "/a" }, behind("azure-apim"));
      await world.reconcile("c");
      assert.equal(world.condition("c", "Reconciled"), "False RouteConflict");
    });

    it("can be deleted", async () => {
      world.create("a", {}, behind("azure-apim"));
      await world.reconcile("a");
      source.set(undefined, "gone");
      world.delete("a");
      await world.reconcile("a");
      assert.deepEqual(world.apiRuns.slice(1), ["destroy components.a"]);
      assert.equal(world.object("a"), undefined);
    });
  });

  it("has a run where Key Vault has other settings", async () => {
    world.create("a", {}, behind("azure-apim"));
    await world.reconcile("a");
    source.set({ ...azure, serviceName: "other-apim", gatewayUrl: "https://other-apim.azure-api.net" });
    await world.reconcile("a");
    assert.equal(world.apiRuns.length, 2);
    assert.match(String(url()), /^https:\/\/other-apim\.azure-api\.net\//);
  });

  it("keeps the URL at which it is served where the run for other settings fails", async () => {
    world.create("a", { path: "/a" }, behind("azure-apim"));
    await world.reconcile("a");
    source.set({ ...azure, serviceName: "b", gatewayUrl: "https://b.azure-api.net" });
    let during: unknown;
    world.engine.work = async () => {
      await world.tellDuringRun("a");
      during = url();
      throw new TransientError("GatewayUnavailable", "b is away");
    };
    await world.reconcile("a");
    assert.deepEqual(
      [during, url()],
      ["https://oda-apim.azure-api.net/a", "https://oda-apim.azure-api.net/a"],
    );
    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(url(), "https://b.azure-api.net/a");
  });

  it("goes back to Istio by one run, and leaves nothing of the other gateway in its status", async () => {
    world.engine.outputs = bound("https://oda-apim.azure-api.net");
    world.create("a", { path: "/a" }, behind("azure-apim"));
    await world.reconcile("a");
    assert.deepEqual(world.status("a", "apimBind"), bound("https://oda-apim.azure-api.net").binding.value);
    await world.reconcile("a");
    assert.notEqual(world.status("a", "apimBind"), undefined);

    world.engine.outputs = {};
    annotate("a", undefined);
    await world.reconcile("a");
    assert.equal(world.apiRuns.length, 2);
    assert.equal(settingsOfLastRun().keep, undefined);
    assert.equal(stack()["gateway"], "istio");
    assert.equal(url(), "https://10.0.0.1/a");
    assert.equal(world.status("a", "apimBind"), undefined);
  });

  it("is still behind the gateway before where the run for the new one fails", async () => {
    world.create("a", { path: "/a" });
    await world.reconcile("a");
    annotate("a", "azure-apim");
    world.engine.work = () => Promise.reject(new TransientError("GatewayRejected", "no"));
    await world.reconcile("a");
    assert.equal(stack()["gateway"], "istio");
    assert.equal(url(), "https://10.0.0.1/a");
    assert.equal(world.condition("a", "Reconciled"), "False GatewayRejected");
    world.engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(stack()["gateway"], "azure-apim");
  });

  it("begins no run for a kind that the cluster does not serve, and tries again", async () => {
    world.unserved = "Certificate of cert-manager.io/v1";
    world.create("a");
    assert.equal((await world.reconcile("a")).outcome, "retry");
    assert.equal(world.condition("a", "Reconciled"), "False CrdMissing");
    assert.match(
      world.message("a", "Reconciled") ?? "",
      /does not serve Certificate of cert-manager\.io\/v1; /,
    );
    assert.deepEqual(world.apiRuns, []);
    world.unserved = undefined;
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
  });
});
