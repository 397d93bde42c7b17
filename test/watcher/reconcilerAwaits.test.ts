import assert from "node:assert/strict";
import { type IngressSide } from "../../components/azureApim/settings";
import { TransientError } from "../../stack";
import { useClock } from "../support/clock";
import { azure, behind, catalog, StubSettings } from "./gateways";
import { inputOf } from "./stubEngine";
import { keyOf, World } from "./world";

const reached = { context: { backend: "http://10.0.0.9" } };
const unreached = {
  unreached: { without: "Ingress components/apim-api-ingress-a has no address" },
};

const ingressSide = azure.cluster as IngressSide;

describe("Reconciler on an API of a gateway outside the cluster", () => {
  const clock = useClock();
  let source: StubSettings;
  let world: World;

  async function start(): Promise<void> {
    source = new StubSettings(azure);
    const gateways = catalog(source);
    // What the watcher has asked for before its first object.
    gateways.find("azure-apim");
    world = await World.start("correct", gateways);
    world.around = reached;
  }
  beforeEach(start);
  afterEach(() => world.stop());

  const settingsOfLastRun = () => inputOf(world.lastRun).settings;
  const stack = () => world.status("a", "stack") ?? {};
  const url = () => world.status("a", "apiStatus")?.["url"];
  const annotate = (name: string, gateway: string) => {
    world.annotate(name, behind(gateway).annotations);
  };

  describe("that has no way into the cluster yet", () => {
    beforeEach(() => {
      world.around = unreached;
    });

    it("is declared in the cluster alone, and says what it waits for", async () => {
      world.create("a", { path: "/a" }, behind("azure-apim"));
      assert.equal((await world.reconcile("a")).outcome, "waiting");
      assert.deepEqual(settingsOfLastRun(), { gateway: azure });
      assert.deepEqual(stack()["awaits"], { gateway: "azure-apim", parts: ["backend"] });
      assert.equal(url(), undefined);
      assert.equal(world.condition("a", "Ready"), "False BackendAddressUnknown");
      assert.match(
        world.message("a", "Ready") ?? "",
        /Ingress components\/apim-api-ingress-a has no address; /,
      );

      await world.reconcile("a");
      assert.equal(world.apiRuns.length, 1);
      world.around = reached;
      await world.reconcile("a");
      await world.reconcile("a");
      assert.equal(world.apiRuns.length, 2);
      assert.deepEqual(settingsOfLastRun(), { gateway: azure, context: reached.context });
      assert.equal(stack()["awaits"], undefined);
      assert.equal(world.condition("a", "Ready"), "True Serving");
    });

    it("is served by the gateway before until it has", async () => {
      // An Ingress of the class istio would be a route at the Istio gateway too.
      source.set({ ...azure, cluster: { ...ingressSide, className: "nginx" } });
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
      assert.equal(world.apiRuns.length, 3);
    });
  });

  describe("that has lost its way into the cluster", () => {
    // From elsewhere no policy would see a request.
    const closed = { ...azure, cluster: { ...ingressSide, allowFrom: ["203.0.113.0/24"] } };
    const policies = { CORS: { enabled: true, allowOrigins: "https://shop.example.com" } };

    beforeEach(async () => {
      source.set(closed);
      world.create("a", { path: "/a", ...policies }, behind("azure-apim"));
      await world.reconcile("a");
      world.around = unreached;
    });

    it("stays there with the address that was told last, without a run, and says so", async () => {
      assert.equal((await world.reconcile("a")).outcome, "waiting");
      assert.equal(world.condition("a", "Reconciled"), "False BackendAddressUnknown");
      assert.match(
        world.message("a", "Reconciled") ?? "",
        /goes on with http:\/\/10\.0\.0\.9, .* no address/,
      );
      assert.equal(world.condition("a", "PoliciesEnforced"), "True AllEnforced");
      assert.equal(url(), "https://oda-apim.azure-api.net/a");
      assert.equal(world.apiRuns.length, 1);
    });

    it("stays there after a restart, and when its spec changes", async () => {
      const before = world.object("a");
      await world.stop();
      await start();
      source.set(closed);
      world.around = unreached;
      world.put(before ?? {});
      await world.reconcile("a");
      assert.deepEqual(world.apiRuns, []);
      world.change("a", { path: "/b" });
      await world.reconcile("a");
      assert.deepEqual(settingsOfLastRun().context, reached.context);
      assert.equal(stack()["awaits"], undefined);
      assert.equal(stack()["backend"], reached.context.backend);
      assert.equal(url(), "https://oda-apim.azure-api.net/b");
    });

    it("gets its Ingress again where that is gone, and stays there meanwhile", async () => {
      world.live.set("Ingress/apim-api-ingress-a", null);
      await world.reconcile("a");
      assert.deepEqual(world.apiRuns, ["up components.a", "up components.a"]);
      assert.deepEqual(settingsOfLastRun().context, reached.context);
    });

    it("stays there while another way into the cluster is made", async () => {
      const { istio } = ingressSide;
      source.set({ ...azure, cluster: { type: "istio", istio, isolate: false, tls: false } });
      await world.reconcile("a");
      assert.equal(world.apiRuns.length, 2);
      assert.deepEqual(settingsOfLastRun().context, reached.context);
      assert.equal(world.condition("a", "Reconciled"), "False BackendAddressUnknown");
      assert.equal(url(), "https://oda-apim.azure-api.net/a");

      world.around = { context: { backend: "http://10.0.0.10" } };
      await world.reconcile("a");
      assert.equal(stack()["backend"], "http://10.0.0.10");
      assert.equal(world.condition("a", "Ready"), "True Serving");
    });

    it("stays as it is where nobody knows the address that was told last", async () => {
      world.setStatus("a", { ...world.object("a")?.status, stack: { ...stack(), backend: "@(theirs)" } });
      world.change("a", { path: "/b" });
      assert.equal((await world.reconcile("a")).outcome, "waiting");
      assert.equal(world.condition("a", "Reconciled"), "False BackendAddressUnknown");
      assert.equal(world.apiRuns.length, 1);
    });
  });

  describe("that chooses another gateway", () => {
    const during = async (): Promise<unknown> => {
      let told: unknown;
      world.engine.work = async () => {
        await world.tellDuringRun("a");
        told = url();
        throw new TransientError("ApiServerUnavailable", "no");
      };
      await world.reconcile("a");
      world.engine.work = () => Promise.resolve();
      return told;
    };

    it("keeps its URL where it goes back to the one that serves it, while the other is awaited", async () => {
      world.create("a", { path: "/a" });
      await world.reconcile("a");
      world.around = unreached;
      annotate("a", "azure-apim");
      await world.reconcile("a");
      annotate("a", "istio");
      assert.deepEqual([await during(), url()], ["https://10.0.0.1/a", "https://10.0.0.1/a"]);
      await clock.advance(2_000);
      await world.reconcile("a");
      assert.deepEqual(
        [stack()["awaits"], stack()["gateway"], url()],
        [undefined, "istio", "https://10.0.0.1/a"],
      );
      assert.equal(world.condition("a", "Ready"), "True Serving");
    });

    it("goes on to a third one from the one that serves it, while another is awaited", async () => {
      world.create("a", { path: "/a", specification: [{ url: "https://example.org/a.json" }] });
      await world.reconcile("a");
      world.around = unreached;
      annotate("a", "azure-apim");
      await world.reconcile("a");
      annotate("a", "whalecloud-apig");
      assert.equal(await during(), "https://10.0.0.1/a");
      assert.deepEqual([stack()["gateway"], url()], ["istio", "https://10.0.0.1/a"]);
      await clock.advance(2_000);
      await world.reconcile("a");
      assert.deepEqual([stack()["awaits"], stack()["gateway"]], [undefined, "whalecloud-apig"]);
    });

    it("has no URL until the new one serves it, where the one before was never told of it", async () => {
      world.around = unreached;
      world.create("a", { path: "/a" }, behind("azure-apim"));
      await world.reconcile("a");
      annotate("a", "istio");
      assert.deepEqual([await during(), url()], [undefined, undefined]);
      annotate("a", "azure-apim");
      await world.reconcile("a");
      assert.equal(settingsOfLastRun().keep, undefined);
      assert.deepEqual(settingsOfLastRun().context, undefined);
      annotate("a", "istio");
      await clock.advance(2_000);
      await world.reconcile("a");
      assert.deepEqual([stack()["awaits"], url()], [undefined, "https://10.0.0.1/a"]);
    });

    it("is gone at once where it is deleted while the other is awaited, which is not asked", async () => {
      world.tags = new TransientError("GatewayUnavailable", "the service is away");
      world.create("a", { path: "/a" });
      await world.reconcile("a");
      world.around = unreached;
      annotate("a", "azure-apim");
      await world.reconcile("a");
      world.delete("a");
      await world.reconcile("a");
      assert.deepEqual(world.apiRuns.slice(2), ["destroy components.a"]);
      assert.equal(world.object("a"), undefined);
    });
  });
});
