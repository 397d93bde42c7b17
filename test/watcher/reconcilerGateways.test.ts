import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { settled, useClock } from "../support/clock";
import { azure, behind, catalog, StubSettings } from "./gateways";
import { inputOf } from "./stubEngine";
import { keyOf, World } from "./world";

const reached = { context: { backend: "http://10.0.0.9" } };
const unreached = {
  unreached: { without: "Ingress components/apim-api-ingress-a has no address", exists: true },
};
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
    assert.deepEqual([world.tagReads, world.runs.length, world.writes], [0, 1, 2]);
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
    assert.deepEqual(world.runs, []);
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
    assert.equal(world.runs.length, 1);
  });

  it("looks again soon while a document or an Ingress is about to be known, and tells nobody", async () => {
    world.around = { notYet: true };
    world.create("a", {}, behind("azure-apim"));
    assert.deepEqual(await world.reconcile("a"), { outcome: "retry", after: 500 });
    assert.deepEqual([world.runs, world.writes], [[], 0]);
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
      assert.deepEqual(world.runs, []);

      source.set(azure);
      await world.reconcile("a");
      assert.equal(world.condition("a", "Reconciled"), "True Applied");
      assert.deepEqual(world.runs, []);
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
      assert.deepEqual(world.runs.slice(1), ["destroy components.a"]);
      assert.equal(world.object("a"), undefined);
    });
  });

  it("has a run where Key Vault has other settings", async () => {
    world.create("a", {}, behind("azure-apim"));
    await world.reconcile("a");
    source.set({ ...azure, serviceName: "other-apim", gatewayUrl: "https://other-apim.azure-api.net" });
    await world.reconcile("a");
    assert.equal(world.runs.length, 2);
    assert.match(String(url()), /^https:\/\/other-apim\.azure-api\.net\//);
  });

  describe("that has no way into the cluster yet", () => {
    beforeEach(() => {
      world.around = unreached;
    });

    it("is declared in the cluster alone, and says what it waits for", async () => {
      world.create("a", { path: "/a" }, behind("azure-apim"));
      assert.equal((await world.reconcile("a")).outcome, "waiting");
      assert.deepEqual(settingsOfLastRun(), { gateway: azure });
      assert.deepEqual(stack()["awaits"], ["backend"]);
      assert.equal(url(), undefined);
      assert.equal(world.condition("a", "Ready"), "False BackendAddressUnknown");
      assert.match(
        world.message("a", "Ready") ?? "",
        /Ingress components\/apim-api-ingress-a has no address; /,
      );

      await world.reconcile("a");
      assert.equal(world.runs.length, 1);
      world.around = reached;
      await world.reconcile("a");
      await world.reconcile("a");
      assert.equal(world.runs.length, 2);
      assert.deepEqual(settingsOfLastRun(), { gateway: azure, context: reached.context });
      assert.equal(stack()["awaits"], undefined);
      assert.equal(world.condition("a", "Ready"), "True Serving");
    });

    it("is served by the gateway before until it has", async () => {
      world.create("a", { path: "/a" });
      await world.reconcile("a");
      annotate("a", "azure-apim");
      await world.reconcile("a");
      const { keep } = settingsOfLastRun();
      assert.equal(keep?.gateway.type, "istio");
      assert.equal(stack()["gateway"], "istio");
      assert.equal(url(), "https://10.0.0.1/a");
      assert.equal(world.condition("a", "Ready"), "False BackendAddressUnknown");
      world.create("b", { path: "/a" });
      assert.notEqual(world.claims.conflict(keyOf("b")), undefined);

      world.around = reached;
      await world.reconcile("a");
      assert.equal(settingsOfLastRun().keep, undefined);
      assert.equal(stack()["gateway"], "azure-apim");
      assert.equal(url(), "https://oda-apim.azure-api.net/a");
      assert.equal(world.claims.conflict(keyOf("b")), undefined);
      assert.equal(world.runs.length, 3);
    });

    it("stays as it is where it was served: no run takes it from the gateway", async () => {
      world.around = reached;
      world.create("a", { path: "/a" }, behind("azure-apim"));
      await world.reconcile("a");
      world.around = unreached;
      assert.equal((await world.reconcile("a")).outcome, "waiting");
      assert.equal(world.condition("a", "Reconciled"), "False BackendAddressUnknown");
      assert.equal(url(), "https://oda-apim.azure-api.net/a");
      assert.equal(world.runs.length, 1);
    });

    it("gets its Ingress again where that is gone", async () => {
      world.around = reached;
      world.create("a", { path: "/a" }, behind("azure-apim"));
      await world.reconcile("a");
      world.around = { unreached: { ...unreached.unreached, exists: false } };
      await world.reconcile("a");
      assert.equal(world.runs.length, 2);
      assert.deepEqual(stack()["awaits"], ["backend"]);
    });
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
    assert.equal(world.runs.length, 2);
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
    assert.deepEqual(world.runs, []);
    world.unserved = undefined;
    await clock.advance(2_000);
    await world.reconcile("a");
    assert.equal(world.condition("a", "Reconciled"), "True Applied");
  });
});
