import assert from "node:assert/strict";
import { StackLockedError, TransientError } from "../../stack";
import { FINALIZER } from "../../watcher/apiObjects";
import { useClock } from "../support/clock";
import { inputOf } from "./stubEngine";
import { World } from "./world";

const STACK = "components.a";
const URL = "https://10.0.0.1/r1-catalog/tmf-api/productCatalogManagement/v4";

describe("Reconciler", () => {
  const clock = useClock(Date.UTC(2026, 5, 1));
  let world: World;

  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.stop());

  /** Has every run fail until it is told otherwise. */
  function failing(error: Error = new TransientError("ApiServerUnavailable", "nobody there")): void {
    world.engine.work = () => Promise.reject(error);
  }
  function working(): void {
    world.engine.work = () => Promise.resolve();
  }
  const retry = (after: number) => ({ outcome: "retry" as const, after });

  describe("on a new object", () => {
    it("keeps the object with a finalizer before its stack comes to be", async () => {
      world.create("a");
      let finalizers: unknown;
      world.engine.work = () => {
        finalizers = world.object("a")?.metadata?.finalizers;
        return Promise.resolve();
      };

      await world.reconcile("a");

      assert.deepEqual(finalizers, [FINALIZER]);
    });

    it("runs its stack once, as a stack that is new, owned by the object", async () => {
      world.create("a");

      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

      assert.deepEqual(world.runs, [`up ${STACK}`]);
      const { kind, known } = world.lastRun;
      const input = inputOf(world.lastRun);
      assert.deepEqual([kind, known, input.api.name], ["ExposedAPI", false, "a"]);
      assert.deepEqual(input.owner, {
        apiVersion: "oda.tmforum.org/v1",
        kind: "ExposedAPI",
        name: "a",
        uid: "uid-a",
      });
    });

    it("tells what came of it in the status and an Event", async () => {
      world.create("a");
      await world.reconcile("a");

      assert.equal(world.status("a", "apiStatus")?.["url"], URL);
      assert.equal(world.status("a", "apiStatus")?.["uid"], "route-uid");
      assert.equal(world.condition("a", "Ready"), "True Serving");
      assert.equal(world.status("a", "stack")?.["result"], "Succeeded");
      assert.match(world.events.join(), /^a Applied: stack components\.a is up to date/);
    });

    it("does not repeat a run whose status the API server refused, and writes it at the next try", async () => {
      world.create("a");
      world.engine.work = () => {
        world.server.fail(403);
        return Promise.resolve();
      };
      await assert.rejects(world.reconcile("a"), { code: 403 });
      assert.equal(world.status("a", "stack"), undefined);

      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

      assert.equal(world.runs.length, 1);
      assert.equal(world.status("a", "stack")?.["result"], "Succeeded");
      assert.equal(world.status("a", "apiStatus")?.["uid"], "route-uid");
    });

    for (const status of [
      { stack: { routes: 5 } },
      { stack: "x" },
      { stack: { name: 3 }, apiStatus: 5 },
      { conditions: [{ type: "Reconciled", status: "False", reason: "InvalidSpec" }] },
    ]) {
      it(`serves it whatever somebody wrote into its status: ${JSON.stringify(status)}`, async () => {
        world.create("a");
        world.setStatus("a", status);

        assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

        assert.equal(world.condition("a", "Ready"), "True Serving");
        assert.equal(world.status("a", "stack")?.["name"], STACK);
      });
    }

    it("tells an invalid spec beside a condition without a message", async () => {
      world.create("a", { port: 0 });
      world.setStatus("a", { conditions: [{ type: "Reconciled", status: "False", reason: "InvalidSpec" }] });

      assert.deepEqual(await world.reconcile("a"), { outcome: "waiting" });

      assert.equal(world.condition("a", "Reconciled"), "False InvalidSpec");
    });

    it("does nothing for an object that is gone again", async () => {
      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

      assert.deepEqual(world.runs, []);
      assert.equal(world.writes, 0);
    });
  });

  describe("on an object that is served", () => {
    beforeEach(async () => {
      world.create("a");
      await world.reconcile("a");
    });

    it("neither runs nor writes while nothing changes", async () => {
      const { writes } = world;
      await clock.advance(3_600_000);

      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

      assert.equal(world.runs.length, 1);
      assert.equal(world.writes, writes);
    });

    it("keeps the route when only readiness changes, in both directions", async () => {
      for (const ready of [false, true]) {
        world.ready = ready;
        await world.reconcile("a");

        assert.deepEqual(world.status("a", "implementation"), { ready });
        assert.equal(world.condition("a", "Ready"), ready ? "True Serving" : "False NoReadyEndpoint");
      }
      assert.equal(world.runs.length, 1);
    });

    it("writes the URL again when only the gateway's address changes", async () => {
      world.address = { host: "10.0.0.2", port: 8443 };
      await world.reconcile("a");

      assert.equal(world.status("a", "apiStatus")?.["url"], URL.replace("10.0.0.1", "10.0.0.2:8443"));
      assert.equal(world.runs.length, 1);
    });

    it("keeps the uid of the route over such writes", async () => {
      world.address = undefined;
      await world.reconcile("a");

      assert.equal(world.status("a", "apiStatus")?.["uid"], "route-uid");
      assert.equal(world.condition("a", "Ready"), "False GatewayAddressUnknown");
    });

    it("runs the stack again when the spec changes, as one that is known", async () => {
      world.change("a", { port: 9090 });
      await world.reconcile("a");

      assert.deepEqual(world.runs, [`up ${STACK}`, `up ${STACK}`]);
      assert.equal(world.lastRun.known, true);
      assert.equal(inputOf(world.lastRun).api.port, 9090);
      assert.equal(world.status("a", "apiStatus")?.["port"], 9090);
    });

    it("says which policies are not enforced", async () => {
      world.change("a", { quota: { limit: "5" } });
      await world.reconcile("a");

      assert.equal(world.condition("a", "PoliciesEnforced"), "False NotSupported");
      assert.equal(world.condition("a", "Ready"), "True Serving");
    });

    it("puts its finalizer back where somebody took it away, without a run", async () => {
      world.strip("a");
      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });

      assert.deepEqual(world.object("a")?.metadata?.finalizers, [FINALIZER]);
      assert.equal(world.runs.length, 1);
    });

    it("throws what the API server says of a refused write, and writes at the next try", async () => {
      world.ready = false;
      world.server.fail(500);
      await assert.rejects(world.reconcile("a"), { code: 500 });

      await world.reconcile("a");
      assert.deepEqual(world.status("a", "implementation"), { ready: false });
    });
  });

  describe("when a run fails", () => {
    it("tells why in the status and an Event, and tries again with growing delays", async () => {
      world.create("a");
      failing();
      const delays: number[] = [];
      for (let failure = 0; failure < 5; failure++) {
        const result = await world.reconcile("a");
        assert.ok(result.outcome === "retry");
        delays.push(result.after);
        await clock.advance(result.after);
      }

      assert.equal(world.runs.length, 5);
      assert.ok(delays[0]! <= 1000 && delays[4]! >= 8000, delays.join());
      assert.equal(world.condition("a", "Reconciled"), "False ApiServerUnavailable");
      assert.match(world.message("a", "Reconciled") ?? "", /^nobody there; .*it is tried again by itself$/);
      assert.equal(world.status("a", "stack")?.["result"], "Failed");
      assert.match(world.events[0] ?? "", /^a ApiServerUnavailable: nobody there; /);
    });

    it("keeps the routes it wanted in the status, for the process after this one", async () => {
      world.create("a");
      failing();
      await world.reconcile("a");

      assert.deepEqual(world.status("a", "stack")?.["routes"], [
        "component-gateway */r1-catalog/tmf-api/productCatalogManagement/v4",
      ]);
    });

    it("does not run before it is due, whatever else happens meanwhile", async () => {
      world.create("a");
      failing();
      const result = await world.reconcile("a");
      assert.ok(result.outcome === "retry");

      world.ready = false;
      await clock.advance(result.after - 1);
      assert.deepEqual(await world.reconcile("a"), retry(1));
      assert.equal(world.runs.length, 1);
      assert.deepEqual(world.status("a", "implementation"), { ready: false });

      await clock.advance(1);
      working();
      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
      assert.equal(world.condition("a", "Reconciled"), "True Applied");
    });

    it("runs at once when the spec changes", async () => {
      world.create("a");
      failing();
      await world.reconcile("a");
      working();
      world.change("a", { port: 9090 });

      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
      assert.equal(world.runs.length, 2);
    });

    it("says that callers may get parts of the spec that failed", async () => {
      world.create("a");
      await world.reconcile("a");
      failing(new StackLockedError([]));
      world.change("a", { path: "/moved" });
      await world.reconcile("a");

      assert.equal(world.condition("a", "Reconciled"), "False StackLocked");
      assert.match(
        world.message("a", "Reconciled") ?? "",
        /^the stack is locked by another update; .*; until then callers get the last spec that was applied, or parts of the new one$/,
      );
      assert.equal(world.status("a", "apiStatus")?.["url"], URL);
    });

    it("runs once more when the spec goes back to what is served, since the failed run may have changed things", async () => {
      world.create("a");
      await world.reconcile("a");
      failing();
      world.change("a", { port: 9090 });
      await world.reconcile("a");
      working();
      world.change("a", { port: 8080 });

      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
      assert.equal(world.runs.length, 3);
    });

    it("takes an error nobody foresaw for a bug, and tries again all the same", async () => {
      world.create("a");
      failing(new TypeError("x is not a function"));

      assert.equal((await world.reconcile("a")).outcome, "retry");
      assert.equal(world.condition("a", "Reconciled"), "False EngineError");
    });

    it("says nothing of a run that a shutdown cut off: the next process finds the object as it was", async () => {
      world.create("a");
      failing();
      world.closing.abort();

      assert.deepEqual(await world.reconcile("a"), { outcome: "waiting" });

      assert.equal(world.object("a")?.status, undefined);
      assert.deepEqual(world.events, []);
    });
  });

  describe("on an object that cannot be served as it is", () => {
    it("tells each field of an invalid spec, and waits for a change", async () => {
      world.create("a", { port: 0 });

      assert.deepEqual(await world.reconcile("a"), { outcome: "waiting" });

      assert.deepEqual(world.runs, []);
      assert.equal(world.condition("a", "Reconciled"), "False InvalidSpec");
      const message = "spec.port: 0 must be an integer from 1 to 65535; correct what is named here";
      assert.equal(world.message("a", "Ready"), message);
      assert.deepEqual(world.events, [`a InvalidSpec: ${message}`]);
      assert.equal(world.object("a")?.metadata?.finalizers, undefined);
    });

    it("tells so once, and writes nothing while nothing changes", async () => {
      world.create("a", { port: 0 });
      await world.reconcile("a");
      const { writes } = world;
      await world.reconcile("a");

      assert.equal(world.events.length, 1);
      assert.equal(world.writes, writes);
    });

    it("goes on serving the last good spec, and follows its readiness", async () => {
      world.create("a");
      await world.reconcile("a");
      world.change("a", { port: 0 });
      world.ready = false;
      await world.reconcile("a");

      assert.equal(world.runs.length, 1);
      assert.equal(world.condition("a", "Reconciled"), "False InvalidSpec");
      assert.equal(world.status("a", "apiStatus")?.["url"], URL);
      assert.deepEqual(world.status("a", "implementation"), { ready: false });
    });

    it("serves it again when the spec is corrected, without a run where nothing else changed", async () => {
      world.create("a");
      await world.reconcile("a");
      world.change("a", { port: 0 });
      await world.reconcile("a");
      world.change("a", { port: 8080 });

      assert.deepEqual(await world.reconcile("a"), { outcome: "done" });
      assert.equal(world.runs.length, 1);
      assert.equal(world.condition("a", "Ready"), "True Serving");
    });

    it("refuses a gateway it does not know", async () => {
      world.create("a", {}, { annotations: { "oda.tmforum.org/gateway": "kong" } });

      assert.deepEqual(await world.reconcile("a"), { outcome: "waiting" });

      assert.deepEqual(world.runs, []);
      assert.equal(world.condition("a", "Reconciled"), "False UnknownGateway");
      assert.match(world.message("a", "Reconciled") ?? "", /"kong" must be one of istio/);
    });
  });
});
