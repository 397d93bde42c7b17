import assert from "node:assert/strict";
import { until } from "../../dev/until";
import { type WatcherProcess } from "../../dev/watcherProcess";
import { Cluster } from "./support/cluster";
import { conditionOf, untilApplied, untilCondition, untilGone } from "./support/expect";
import { exposedApi } from "./support/manifests";

for (const crds of ["plain", "status-subresource"] as const)
  describe(`A resource that somebody changes by hand, where the CRD has ${crds === "plain" ? "no" : "a"} status subresource`, function () {
    this.timeout(120_000);
    let cluster: Cluster;
    let watcher: WatcherProcess;

    before(async () => {
      cluster = await Cluster.start({ crds });
      watcher = await cluster.startWatcher().ready();
    });

    after(async () => {
      await cluster.stop();
    });

    const hosts = async (name: string): Promise<unknown> =>
      (await cluster.get("VirtualService", name))?.spec["hosts"];
    const editHosts = (name: string): Promise<unknown> =>
      cluster.patch("VirtualService", name, { spec: { hosts: ["by-hand.example.org"] } });
    const untilPutBack = (name: string): Promise<unknown> =>
      until("the hosts are put back", async () => JSON.stringify(await hosts(name)) === '["*"]');

    it("comes back when it is edited, by one run, and an Event tells who had changed what", async () => {
      await cluster.create(exposedApi("edited"));
      await untilApplied(cluster, "edited", "/edited/v4");
      const runs = await watcher.runs();
      const edited = (await editHosts("edited")) as { metadata: { managedFields: { manager: string }[] } };
      const editor = edited.metadata.managedFields.map(({ manager }) => manager).find((m) => m !== "oda-api");
      await untilPutBack("edited");
      const message = await until("an Event tells of it", () =>
        cluster.eventMessage("edited", "DriftCorrected"),
      );
      assert.ok(
        message.startsWith(`VirtualService edited: spec.hosts was changed by ${editor ?? "nobody"} at `),
        message,
      );
      assert.equal(await watcher.runs(), runs + 1);
    });

    it("comes back with its uid in the status when it is deleted", async () => {
      await cluster.create(exposedApi("deleted"));
      const before = await untilApplied(cluster, "deleted", "/deleted/v4");
      await cluster.delete("VirtualService", "deleted");
      const route = await until("the route is made again", () => cluster.get("VirtualService", "deleted"));
      await until("the status has its uid", async () => {
        const { uid } = (await cluster.get("ExposedAPI", "deleted"))?.status?.["apiStatus"] as {
          uid: string;
        };
        return uid === route.metadata.uid;
      });
      assert.notEqual((before.status?.["apiStatus"] as { uid: string }).uid, route.metadata.uid);
      await until("an Event tells of it", async () =>
        (await cluster.eventReasons("deleted")).includes("DriftCorrected"),
      );
    });

    it("comes back as often as it is changed", async () => {
      for (let time = 0; time < 2; time++) {
        await editHosts("edited");
        await untilPutBack("edited");
      }
      const object = await untilCondition(cluster, "edited", "Reconciled", "Applied");
      assert.equal(conditionOf(object, "Reconciled")?.status, "True");
    });

    it("keeps fields and labels that are no part of what was applied", async () => {
      const runs = await watcher.runs();
      await cluster.patch("VirtualService", "edited", { spec: { exportTo: ["."] } });
      await cluster.patch("VirtualService", "edited", { metadata: { labels: { team: "catalog" } } });
      await cluster.patch("ExposedAPI", "edited", { spec: { developerUI: "/docs" } });
      await until("the next run is over", async () => (await watcher.runs()) === runs + 1);
      const route = await cluster.get("VirtualService", "edited");
      assert.deepEqual(route?.spec["exportTo"], ["."]);
      assert.equal(route.metadata.labels?.["team"], "catalog");
    });

    it("comes back when something is added to an item of a list", async () => {
      const route = await cluster.get("VirtualService", "edited");
      const [first] = route?.spec["http"] as readonly object[];
      const fault = { abort: { httpStatus: 503, percentage: { value: 100 } } };
      await cluster.patch("VirtualService", "edited", { spec: { http: [{ ...first, fault }] } });
      await until("the list is put back", async () => {
        const now = (await cluster.get("VirtualService", "edited"))?.spec["http"];
        return JSON.stringify(now) === JSON.stringify([first]);
      });
    });

    it("is removed with its API although it was changed", async () => {
      await cluster.delete("ExposedAPI", "edited");
      await untilGone(cluster, "ExposedAPI", "edited");
      assert.equal(await cluster.get("VirtualService", "edited"), undefined);
    });

    it("holds for the ServiceMonitor of a metrics API too", async () => {
      await cluster.create(exposedApi("scraped", { apiType: "openmetrics", path: "/metrics" }));
      await untilApplied(cluster, "scraped", "/metrics");
      await cluster.patch("ServiceMonitor", "scraped", { spec: { endpoints: [] } });
      await until("the endpoint is put back", async () => {
        const endpoints = (await cluster.get("ServiceMonitor", "scraped"))?.spec["endpoints"];
        return Array.isArray(endpoints) && endpoints.length === 1;
      });
      await cluster.delete("ServiceMonitor", "scraped");
      await until("the ServiceMonitor is made again", () => cluster.get("ServiceMonitor", "scraped"));
    });

    describe("while the watcher is down", () => {
      it("comes back when the watcher starts, and nothing else is run", async () => {
        await cluster.create(exposedApi("unattended"));
        await untilApplied(cluster, "unattended", "/unattended/v4");
        await watcher.stop();
        await editHosts("unattended");
        await cluster.delete("VirtualService", "deleted");
        watcher = await cluster.startWatcher().ready();
        await untilPutBack("unattended");
        await until("the deleted route is made again", () => cluster.get("VirtualService", "deleted"));
        await until("both runs are over", async () => (await watcher.runs()) === 2);
      });
    });

    describe("where drift is only to be reported", () => {
      before(async () => {
        await cluster.create(exposedApi("reported"));
        await untilApplied(cluster, "reported", "/reported/v4");
        await watcher.stop();
        watcher = await cluster.startWatcher({ ODA_DRIFT: "report" }).ready();
      });

      it("stays changed, and condition and Event say who changed what", async () => {
        const runs = await watcher.runs();
        await editHosts("reported");
        const object = await untilCondition(cluster, "reported", "Reconciled", "Drifted");
        assert.match(
          conditionOf(object, "Reconciled")?.message ?? "",
          /^VirtualService reported: spec\.hosts was changed by \S+; .+ODA_DRIFT/,
        );
        await until("an Event tells of it", () => cluster.eventMessage("reported", "DriftDetected"));
        assert.deepEqual(await hosts("reported"), ["by-hand.example.org"]);
        assert.equal(await watcher.runs(), runs);
      });

      it("is well again without a run once it is changed back", async () => {
        const runs = await watcher.runs();
        await cluster.patch("VirtualService", "reported", { spec: { hosts: ["*"] } });
        await untilCondition(cluster, "reported", "Reconciled", "Applied");
        assert.equal(await watcher.runs(), runs);
      });

      it("is not taken by a run for a new spec either: the condition goes on saying so", async () => {
        const runs = await watcher.runs();
        await editHosts("reported");
        await cluster.patch("ExposedAPI", "reported", { spec: { path: "/reported/v5" } });
        await until("the new spec was looked at", async () => {
          const reconciled = conditionOf(await cluster.get("ExposedAPI", "reported"), "Reconciled");
          return reconciled?.reason === "Drifted" && reconciled.message.includes("spec.hosts");
        });
        assert.deepEqual(await hosts("reported"), ["by-hand.example.org"]);
        assert.equal(await watcher.runs(), runs);

        await cluster.patch("VirtualService", "reported", { spec: { hosts: ["*"] } });
        await untilApplied(cluster, "reported", "/reported/v5");
      });
    });
  });
