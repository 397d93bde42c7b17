import assert from "node:assert/strict";
import { type V1Service } from "@kubernetes/client-node";
import { findGatewayWorkload } from "../../watcher/gatewayWorkload";
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
  const service = (namespace: string, selector?: Record<string, string>): V1Service => ({
    metadata: { namespace, name: "istio-ingressgateway" },
    spec: selector === undefined ? {} : { selector },
  });
  const selector = { app: "gateway", istio: "ingressgateway" };

  beforeEach(() => {
    asked.length = 0;
  });

  it("is behind the Service of the gateway: its namespace, and the labels that it selects", async () => {
    const workload = await findGatewayWorkload(core(service("istio-system", selector)), undefined);

    assert.deepEqual(workload, { namespace: "istio-system", labels: selector });
    assert.deepEqual(asked, [{ labelSelector: "istio=ingressgateway" }]);
  });

  it("is behind the Service that is configured", async () => {
    await findGatewayWorkload(core(service("edge", selector)), "edge/public");

    assert.deepEqual(asked, [{ namespace: "edge", fieldSelector: "metadata.name=public" }]);
  });

  it("is behind the first Service that selects Pods", async () => {
    const services = [service("c", { istio: "c" }), service("a"), service("b", { istio: "b" })];

    assert.deepEqual(await findGatewayWorkload(core(...services), undefined), {
      namespace: "b",
      labels: { istio: "b" },
    });
  });

  it("is not known without such a Service", async () => {
    assert.equal(await findGatewayWorkload(core(service("a", {})), undefined), undefined);
    assert.equal(await findGatewayWorkload(core(), undefined), undefined);
  });
});
