import assert from "node:assert/strict";
import { type V1Service } from "@kubernetes/client-node";
import { defaultWorkload, type GatewayWorkload } from "../../components";
import { findGatewayWorkload, gatewayWorkload } from "../../watcher/gatewayWorkload";
import { type Clients } from "../../watcher/kube/client";

describe("the gateway's workload", () => {
  const asked: unknown[] = [];
  const core = (...items: readonly V1Service[]): Pick<Clients, "core"> => {
    const list = (query: unknown): Promise<{ readonly items: readonly V1Service[] }> => {
      asked.push(query);
      return Promise.resolve({ items });
    };
    return {
      core: { listServiceForAllNamespaces: list, listNamespacedService: list },
    } as unknown as Pick<Clients, "core">;
  };
  const service = (
    namespace: string,
    selector?: Record<string, string>,
    name = "istio-ingressgateway",
  ): V1Service => ({
    metadata: { namespace, name },
    spec: selector === undefined ? {} : { selector },
  });
  const selector = { app: "gateway", istio: "ingressgateway" };

  beforeEach(() => {
    asked.length = 0;
  });

  it("is behind the Service of the gateway: its namespace, and the labels that it selects", async () => {
    const found = await findGatewayWorkload(core(service("istio-system", selector)), undefined);

    assert.deepEqual(found, {
      service: "istio-system/istio-ingressgateway",
      workload: { namespace: "istio-system", labels: selector },
      others: [],
    });
    assert.deepEqual(asked, [{ labelSelector: "istio=ingressgateway" }]);
  });

  it("is behind the Service that is configured", async () => {
    await findGatewayWorkload(core(service("edge", selector)), "edge/public");

    assert.deepEqual(asked, [{ namespace: "edge", fieldSelector: "metadata.name=public" }]);
  });

  it("is behind the first Service that selects Pods", async () => {
    const services = [service("c", { istio: "c" }), service("a"), service("b", { istio: "b" })];

    const found = await findGatewayWorkload(core(...services), undefined);
    assert.deepEqual(found?.workload, { namespace: "b", labels: { istio: "b" } });
  });

  it("could be others, which are named: those behind Services of other Pods", async () => {
    const services = [service("internal", selector), service("public", selector)];
    const same = service("internal", selector, "twin");

    const found = await findGatewayWorkload(core(...services, same), undefined);
    assert.equal(found?.service, "internal/istio-ingressgateway");
    assert.deepEqual(found.others, ["public/istio-ingressgateway"]);
  });

  it("is what the platform team says, and for the rest what the Service that fits it says", async () => {
    const services = [service("internal", selector), service("public", { istio: "public" })];
    const find = async (said: Partial<GatewayWorkload>): Promise<GatewayWorkload | undefined> =>
      gatewayWorkload(said, await findGatewayWorkload(core(...services), undefined, said));

    assert.deepEqual(await find({ namespace: "public" }), {
      namespace: "public",
      labels: { istio: "public" },
    });
    const labels = { istio: "public", tier: "edge" };
    assert.deepEqual(await find({ labels }), { namespace: "public", labels });
    assert.deepEqual(await find({ namespace: "nowhere" }), { ...defaultWorkload, namespace: "nowhere" });
  });

  it("is not looked for where all of it is said, and not known where nothing is", async () => {
    const said = { namespace: "edge", labels: selector };
    assert.equal(await findGatewayWorkload(core(service("a", selector)), undefined, said), undefined);
    assert.deepEqual(asked, []);
    assert.deepEqual(gatewayWorkload(said, undefined), said);
    assert.equal(gatewayWorkload({}, undefined), undefined);
  });

  it("is not known without such a Service", async () => {
    assert.equal(await findGatewayWorkload(core(service("a", {})), undefined), undefined);
    assert.equal(await findGatewayWorkload(core(), undefined), undefined);
  });
});
