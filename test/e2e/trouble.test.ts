import assert from "node:assert/strict";
import { Cluster } from "./support/cluster";
import { apiStatusOf, conditionOf, routeOf, untilApplied, untilCondition, untilGone } from "./support/expect";
import { exposedApi } from "./support/manifests";
import { until } from "../../dev/until";
import { type WatcherProcess } from "../../dev/watcherProcess";

describe("When something is wrong", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let watcher: WatcherProcess;

  before(async () => {
    cluster = await Cluster.start({});
    watcher = await cluster.startWatcher().ready();
  });

  after(async () => {
    await cluster.stop();
  });

  describe("with a spec", () => {
    it("names the field in the condition, an Event and the log, and serves every other object", async () => {
      await cluster.create(exposedApi("malformed", { path: "no-slash" }));
      await cluster.create(exposedApi("wellformed"));
      const object = await untilCondition(cluster, "malformed", "Reconciled", "InvalidSpec");
      const message = conditionOf(object, "Reconciled")?.message ?? "";
      assert.match(message, /spec\.path.*no-slash.*must/);
      assert.equal(conditionOf(object, "Ready")?.reason, "InvalidSpec");
      await until("an Event says so", async () =>
        (await cluster.eventReasons("malformed")).includes("InvalidSpec"),
      );
      assert.ok(watcher.log.some((line) => line["reason"] === "InvalidSpec" && line["text"] === message));
      await untilApplied(cluster, "wellformed", "/wellformed/v4");
      assert.equal(await cluster.get("VirtualService", "malformed"), undefined);
      assert.equal(object.metadata.finalizers, undefined);
    });

    it("serves the object as soon as the field is right", async () => {
      await cluster.patch("ExposedAPI", "malformed", { spec: { path: "/malformed/v4" } });
      await untilApplied(cluster, "malformed", "/malformed/v4");
    });

    it("goes on serving the last good spec of an object that was served", async () => {
      const before = routeOf(await cluster.get("VirtualService", "wellformed"));
      await cluster.patch("ExposedAPI", "wellformed", { spec: { path: "broken" } });
      const object = await untilCondition(cluster, "wellformed", "Reconciled", "InvalidSpec");
      assert.match(
        conditionOf(object, "Reconciled")?.message ?? "",
        /the last spec that could be applied is still served/,
      );
      assert.equal(apiStatusOf(object)["path"], "/wellformed/v4");
      assert.deepEqual(routeOf(await cluster.get("VirtualService", "wellformed")), before);
    });
  });

  describe("with a route that two APIs ask for", () => {
    it("goes on serving the first and tells the second with whom it conflicts", async () => {
      await cluster.create(exposedApi("first", { path: "/shared" }));
      await untilApplied(cluster, "first", "/shared");
      await cluster.create(exposedApi("second", { path: "/shared" }));
      const second = await untilCondition(cluster, "second", "Reconciled", "RouteConflict");
      assert.match(
        conditionOf(second, "Reconciled")?.message ?? "",
        /\/shared.*ExposedAPI components\/first/,
      );
      assert.equal(await cluster.get("VirtualService", "second"), undefined);
      assert.notEqual(await cluster.get("VirtualService", "first"), undefined);
      await until("the first is told too", async () =>
        (await cluster.eventReasons("first")).includes("RouteContested"),
      );
    });

    it("serves the second when the first goes", async () => {
      await cluster.delete("ExposedAPI", "first");
      await untilApplied(cluster, "second", "/shared");
      await untilGone(cluster, "ExposedAPI", "first");
      assert.notEqual(await cluster.get("VirtualService", "second"), undefined);
    });

    it("serves one that waits when the other moves to another path", async () => {
      await cluster.create(exposedApi("third", { path: "/shared" }));
      await untilCondition(cluster, "third", "Reconciled", "RouteConflict");
      await cluster.patch("ExposedAPI", "second", { spec: { path: "/elsewhere" } });
      await untilApplied(cluster, "third", "/shared");
      await untilApplied(cluster, "second", "/elsewhere");
    });
  });

  describe("with the cluster", () => {
    it("says who owns a field that the run may not take", async () => {
      await cluster.create({
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "taken", namespace: "components" },
        spec: { hosts: ["taken.example.org"], http: [{ route: [{ destination: { host: "by-hand" } }] }] },
      });
      await cluster.create(exposedApi("taken"));
      const object = await untilCondition(cluster, "taken", "Reconciled", "FieldConflict");
      assert.match(
        conditionOf(object, "Reconciled")?.message ?? "",
        /VirtualService taken is not this API.s: .*spec\.hosts.* held by /,
      );
      const untouched = await cluster.get("VirtualService", "taken");
      assert.deepEqual(untouched?.spec["hosts"], ["taken.example.org"]);
    });

    it("tries again by itself, and lets an API go that was never served", async () => {
      await cluster.delete("VirtualService", "taken");
      await untilApplied(cluster, "taken", "/taken/v4");
      await cluster.delete("ExposedAPI", "taken");
      await untilGone(cluster, "ExposedAPI", "taken");
    });
  });
});
