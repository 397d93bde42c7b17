import assert from "node:assert/strict";
import { Cluster, GATEWAY_IP } from "./support/cluster";
import { apiStatusOf, conditionOf, hasStack, routeOf, untilApplied, untilGone } from "./support/expect";
import { exposedApi, specificationOf, versions } from "./support/manifests";
import { until } from "../../dev/until";
import { type WatcherProcess } from "../../dev/watcherProcess";

for (const crds of ["plain", "status-subresource"] as const) {
  describe(`An ExposedAPI, where the CRD has ${crds === "plain" ? "no" : "a"} status subresource`, function () {
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

    for (const version of versions) {
      describe(`written at ${version}`, () => {
        const name = `catalog-${version}`;
        const expectRoute = async (prefix: string, host: string, number: number): Promise<void> => {
          const route = routeOf(await cluster.get("VirtualService", name));
          assert.deepEqual(route, {
            hosts: ["*"],
            gateways: ["component-gateway"],
            prefix,
            destination: { host, port: { number } },
          });
        };

        it("gets a route, a stack and its URL", async () => {
          await cluster.create(exposedApi(name, {}, version));
          const object = await untilApplied(cluster, name, `/${name}/v4`);
          await expectRoute(`/${name}/v4`, `${name}-svc`, 8080);
          const route = await cluster.get("VirtualService", name);
          assert.deepEqual(apiStatusOf(object), {
            name,
            uid: route?.metadata.uid,
            path: `/${name}/v4`,
            port: 8080,
            implementation: `${name}-svc`,
            url: `https://${GATEWAY_IP}/${name}/v4`,
            ip: GATEWAY_IP,
          });
          assert.equal(route?.metadata.ownerReferences?.[0]?.uid, object.metadata.uid);
          assert.ok(hasStack(cluster, name));
        });

        const updates: [string, Record<string, unknown>, () => Promise<void>][] = [
          ["path", { path: `/${name}/v5` }, () => expectRoute(`/${name}/v5`, `${name}-svc`, 8080)],
          ["port", { port: 9090 }, () => expectRoute(`/${name}/v5`, `${name}-svc`, 9090)],
          ["implementation", { implementation: "other" }, () => expectRoute(`/${name}/v5`, "other", 9090)],
          [
            "developerUI",
            { developerUI: "/docs" },
            async () => {
              const object = await cluster.get("ExposedAPI", name);
              assert.equal(apiStatusOf(object!)["developerUI"], `https://${GATEWAY_IP}/docs`);
            },
          ],
          [
            "specification",
            { specification: specificationOf(version, "https://example.org/other.json") },
            () => expectRoute(`/${name}/v5`, "other", 9090),
          ],
        ];
        for (const [field, spec, expectOutcome] of updates) {
          it(`follows a change of ${field} with one process of the engine`, async () => {
            const before = conditionOf(await cluster.get("ExposedAPI", name), "Reconciled")?.observedHash;
            const processes = await watcher.metric("oda_engine_processes_total");
            await cluster.patch("ExposedAPI", name, { spec }, version);
            await until(`the new ${field} is applied`, async () => {
              const reconciled = conditionOf(await cluster.get("ExposedAPI", name), "Reconciled");
              return reconciled?.status === "True" && reconciled.observedHash !== before;
            });
            await expectOutcome();
            assert.equal(await watcher.metric("oda_engine_processes_total"), processes + 1);
          });
        }

        it("leaves nothing when it is deleted", async () => {
          await cluster.delete("ExposedAPI", name);
          await untilGone(cluster, "ExposedAPI", name);
          assert.equal(await cluster.get("VirtualService", name), undefined);
          assert.equal(hasStack(cluster, name), false);
        });
      });
    }

    it("is deleted although its VirtualService is already gone", async () => {
      await cluster.create(exposedApi("orphaned"));
      await untilApplied(cluster, "orphaned", "/orphaned/v4");
      await cluster.delete("VirtualService", "orphaned");
      await cluster.delete("ExposedAPI", "orphaned");
      await untilGone(cluster, "ExposedAPI", "orphaned");
      assert.equal(hasStack(cluster, "orphaned"), false);
    });

    it("has a ServiceMonitor while it is a metrics API", async () => {
      await cluster.create(exposedApi("metrics", { apiType: "openmetrics", path: "/metrics" }));
      const object = await untilApplied(cluster, "metrics", "/metrics");
      const monitor = await cluster.get("ServiceMonitor", "metrics");
      assert.equal(apiStatusOf(object)["uid"], monitor?.metadata.uid);
      assert.deepEqual(monitor?.spec, {
        selector: { matchLabels: { name: "metrics-svc" } },
        endpoints: [{ path: "/metrics", interval: "15s", scheme: "http", targetPort: 8080 }],
      });
      await cluster.patch("ExposedAPI", "metrics", { spec: { apiType: "openapi" } });
      await untilGone(cluster, "ServiceMonitor", "metrics");
    });

    it("follows its endpoints without an engine run", async () => {
      await cluster.create(exposedApi("ready"));
      await untilApplied(cluster, "ready", "/ready/v4");
      const runs = await watcher.runs();
      for (const ready of [true, false, true]) {
        await cluster.setEndpoint("ready-svc", ready);
        const object = await until(`readiness is ${ready}`, async () => {
          const seen = await cluster.get("ExposedAPI", "ready");
          return conditionOf(seen, "Ready")?.status === (ready ? "True" : "False") ? seen : undefined;
        });
        assert.deepEqual(object.status?.["implementation"], { ready });
      }
      assert.equal(await watcher.runs(), runs);
    });

    it("follows the gateway's address without an engine run", async () => {
      await cluster.create(exposedApi("moving"));
      await untilApplied(cluster, "moving", "/moving/v4");
      const runs = await watcher.runs();
      await cluster.setGatewayAddress("203.0.113.99");
      await until("the URL has the new address", async () => {
        const object = await cluster.get("ExposedAPI", "moving");
        return object !== undefined && apiStatusOf(object)["url"] === "https://203.0.113.99/moving/v4";
      });
      await cluster.setGatewayAddress(GATEWAY_IP);
      assert.equal(await watcher.runs(), runs);
    });
  });
}
