import assert from "node:assert/strict";
import { until } from "../../dev/until";
import { type WatcherProcess } from "../../dev/watcherProcess";
import { Cluster, GATEWAY_IP } from "./support/cluster";
import { apiStatusOf, conditionOf, untilApplied, untilCondition } from "./support/expect";
import { exposedApi } from "./support/manifests";
import {
  createGateway,
  createService,
  deleteGateway,
  deleteService,
  deleteSlice,
  patchGateway,
  patchLoadBalancer,
  putSlice,
} from "./support/services";

for (const crds of ["plain", "status-subresource"] as const) {
  const flavour = crds === "plain" ? "no" : "a";
  describe(`What is around an API, where the CRD has ${flavour} status subresource`, function () {
    this.timeout(120_000);
    let cluster: Cluster;
    let watcher: WatcherProcess;
    let runs = 0;

    before(async () => {
      cluster = await Cluster.start({ crds });
      watcher = await cluster.startWatcher().ready();
      await cluster.create(exposedApi("catalog"));
      await cluster.create(exposedApi("orders"));
      await untilApplied(cluster, "catalog", "/catalog/v4");
      await untilApplied(cluster, "orders", "/orders/v4");
      runs = await watcher.runs();
    });

    after(async () => {
      await cluster.stop();
    });

    afterEach("no engine run was needed", async () => {
      assert.equal(await watcher.runs(), runs);
    });

    const untilReadiness = (reason: string) =>
      untilCondition(cluster, "catalog", "ImplementationReady", reason);

    const untilUrl = (name: string, host: string | undefined) =>
      until(`the URL of ${name} is on ${host ?? "nothing"}`, async () => {
        const object = await cluster.get("ExposedAPI", name);
        const url = host === undefined ? undefined : `https://${host}/${name}/v4`;
        return object !== undefined && apiStatusOf(object)["url"] === url ? object : undefined;
      });

    const untilUrls = async (host: string | undefined): Promise<void> => {
      for (const name of ["catalog", "orders"]) await untilUrl(name, host);
    };

    describe("its Service", () => {
      it("is missing, and the status says so and what to do", async () => {
        const object = await untilReadiness("ServiceMissing");
        const message =
          "Service components/catalog-svc, which spec.implementation names, does not exist; " +
          "create the Service, or correct spec.implementation";
        assert.equal(conditionOf(object, "ImplementationReady")?.message, message);
        assert.equal(conditionOf(object, "Ready")?.message, message);
        assert.deepEqual(object.status?.["implementation"], { ready: false });
      });

      it("is there and has no endpoint, which is another message", async () => {
        await createService(cluster, "catalog-svc");
        const object = await untilReadiness("NoReadyEndpoint");
        assert.match(
          conditionOf(object, "ImplementationReady")?.message ?? "",
          /^Service components\/catalog-svc has no ready endpoint; check its Pods/,
        );
      });

      it("is ready once any endpoint of any of its slices is, of IPv4 or IPv6", async () => {
        await putSlice(cluster, "catalog-svc", "catalog-1", { ready: false });
        await putSlice(cluster, "catalog-svc", "catalog-2", { ready: false }, { ready: false });
        await putSlice(cluster, "catalog-svc", "catalog-ipv6", { ready: true });
        const object = await untilReadiness("EndpointsReady");
        assert.deepEqual(object.status?.["implementation"], { ready: true });
        assert.equal(conditionOf(object, "Ready")?.reason, "Serving");
      });

      it("stays ready while one of several slices is", async () => {
        await putSlice(cluster, "catalog-svc", "catalog-1", {});
        await deleteSlice(cluster, "catalog-ipv6");
        const writes = await watcher.metric("oda_status_writes_total");
        await putSlice(cluster, "catalog-svc", "catalog-2", { ready: true });
        await putSlice(cluster, "catalog-svc", "catalog-2", { ready: false });
        // Slices of one collection come in order: once this one is seen, those before it are.
        await putSlice(cluster, "orders-svc", "orders-1", { ready: true });
        await untilCondition(cluster, "orders", "ImplementationReady", "EndpointsReady");
        assert.equal((await watcher.metric("oda_status_writes_total")) - writes, 1);
        assert.equal(
          conditionOf(await cluster.get("ExposedAPI", "catalog"), "ImplementationReady")?.reason,
          "EndpointsReady",
        );
      });

      it("is not ready by endpoints that end, though they still say that they are", async () => {
        await putSlice(cluster, "catalog-svc", "catalog-1", { ready: true, terminating: true });
        await untilReadiness("NoReadyEndpoint");
        await putSlice(
          cluster,
          "catalog-svc",
          "catalog-1",
          { ready: true, terminating: true },
          { ready: true },
        );
        await untilReadiness("EndpointsReady");
      });

      it("is not ready without a slice, nor with one that has no endpoints", async () => {
        await deleteSlice(cluster, "catalog-2");
        await putSlice(cluster, "catalog-svc", "catalog-1");
        await untilReadiness("NoReadyEndpoint");
        await putSlice(cluster, "catalog-svc", "catalog-1", { ready: true });
        await untilReadiness("EndpointsReady");
        await deleteSlice(cluster, "catalog-1");
        await untilReadiness("NoReadyEndpoint");
      });

      it("is missed again when it is deleted", async () => {
        await deleteService(cluster, "catalog-svc");
        await untilReadiness("ServiceMissing");
      });
    });

    describe("its gateway", () => {
      it("has the host name of a load balancer", async () => {
        await patchLoadBalancer(cluster, [{ hostname: "lb.example.com" }]);
        await untilUrls("lb.example.com");
        const object = await untilUrl("orders", "lb.example.com");
        assert.equal(apiStatusOf(object)["ip"], "lb.example.com");
      });

      it("has an IPv6 address, which a URL writes in brackets", async () => {
        await patchLoadBalancer(cluster, [{ ip: "2001:db8::7" }]);
        await untilUrls("[2001:db8::7]");
      });

      it("has a port named http that is neither 80 nor 443", async () => {
        await patchGateway(cluster, { ports: [{ name: "http", port: 8080 }] });
        await untilUrls("[2001:db8::7]:8080");
      });

      it("has no load balancer, but external IP addresses", async () => {
        await patchLoadBalancer(cluster, []);
        await untilUrls(undefined);
        await patchGateway(cluster, { externalIPs: ["198.51.100.1", "198.51.100.2"] });
        await untilUrls("198.51.100.1:8080");
      });

      it("is not there at first; once one appears, the URL does too", async () => {
        await deleteGateway(cluster);
        await untilUrls(undefined);
        const object = await untilCondition(cluster, "orders", "Ready", "GatewayAddressUnknown");
        assert.match(
          conditionOf(object, "Ready")?.message ?? "",
          /labelled istio=ingressgateway.*; give the gateway's/,
        );
        await createGateway(cluster);
        await patchLoadBalancer(cluster, [{ ip: GATEWAY_IP }]);
        await untilUrls(GATEWAY_IP);
        await untilCondition(cluster, "orders", "Ready", "Serving");
      });

      it("changes its address while the spec has a problem: the URL of what is served follows", async () => {
        await cluster.patch("ExposedAPI", "orders", {
          spec: { path: "no-slash", implementation: "other-svc" },
        });
        const invalid = await untilCondition(cluster, "orders", "Reconciled", "InvalidSpec");
        assert.equal(conditionOf(invalid, "ImplementationReady")?.reason, "EndpointsReady");
        await patchLoadBalancer(cluster, [{ ip: "203.0.113.8" }]);
        await untilUrls("203.0.113.8");
        await putSlice(cluster, "orders-svc", "orders-1", { ready: false });
        const object = await untilCondition(cluster, "orders", "ImplementationReady", "ServiceMissing");
        assert.match(
          conditionOf(object, "ImplementationReady")?.message ?? "",
          /Service components\/orders-svc, which the last spec that could be applied names/,
        );
        await cluster.patch("ExposedAPI", "orders", {
          spec: { path: "/orders/v4", implementation: "orders-svc" },
        });
        await untilApplied(cluster, "orders", "/orders/v4");
        await patchLoadBalancer(cluster, [{ ip: GATEWAY_IP }]);
        await untilUrls(GATEWAY_IP);
      });

      it("is one Service by configuration, whatever its labels; a restart for that runs no stack", async () => {
        await watcher.stop();
        runs = 0;
        watcher = await cluster.startWatcher({ ODA_GATEWAY_SERVICE: "istio-system/public" }).ready();
        await untilUrls(undefined);
        const object = await untilCondition(cluster, "catalog", "ImplementationReady", "ServiceMissing");
        assert.equal(apiStatusOf(object)["url"], undefined);
        await createGateway(cluster, "public", {});
        await patchLoadBalancer(cluster, [{ ip: "203.0.113.99" }], "public");
        await untilUrls("203.0.113.99");
        await patchLoadBalancer(cluster, [{ ip: "203.0.113.1" }]);
        await patchLoadBalancer(cluster, [{ hostname: "public.example.com" }], "public");
        await untilUrls("public.example.com");
      });
    });
  });
}
