import assert from "node:assert/strict";
import { defaultIstioSettings, type IstioSettings } from "../../../components";
import { apiWith, idsOf, objectsOf, outcomeOf, specOf } from "./examples";

const context = { podLabels: { app: "catalog", release: "r1" } };
const ROUTE = "VirtualService components/r1-catalog-api";

describe("the NetworkPolicy of an implementation", () => {
  const workload = { namespace: "edge", labels: { app: "gateway" } };
  const settings: IstioSettings = { ...defaultIstioSettings, workload };
  const gateway = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "edge" } },
    podSelector: { matchLabels: { app: "gateway" } },
  };

  it("networkPolicy × istio: only the gateway's Pods and the given blocks reach the implementation's", () => {
    const api = apiWith({}, { "network-policy": "10.0.0.0/8" });
    const objects = objectsOf(api, settings, context);

    assert.deepEqual(idsOf(objects), [ROUTE, "NetworkPolicy components/r1-catalog-api"]);
    assert.deepEqual(specOf(objects, "NetworkPolicy"), {
      podSelector: { matchLabels: { app: "catalog", release: "r1" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [gateway, { ipBlock: { cidr: "10.0.0.0/8" } }] }],
    });
    assert.deepEqual(outcomeOf("networkPolicy", api, settings, context), {
      enforcedBy: "NetworkPolicy components/r1-catalog-api, where the network plugin of the cluster heeds it",
    });
  });

  it("networkPolicy × istio: the gateway alone where no block is given", () => {
    const objects = objectsOf(apiWith({}, { "network-policy": "gateway" }), settings, context);
    assert.deepEqual(specOf(objects, "NetworkPolicy")["ingress"], [{ from: [gateway] }]);
  });

  for (const [what, unknown] of [
    ["has no selector or is not there", undefined],
    ["has an empty selector, which would mean every Pod of the namespace", { podLabels: {} }],
  ] as const) {
    it(`networkPolicy × istio: not enforced where the Service ${what}`, () => {
      const api = apiWith({}, { "network-policy": "gateway" });
      assert.deepEqual(idsOf(objectsOf(api, defaultIstioSettings, unknown)), [ROUTE]);
      assert.deepEqual(outcomeOf("networkPolicy", api, defaultIstioSettings, unknown), {
        because:
          "needs to know the Pods, and Service components/r1-prodcatapi has no selector or is not there",
      });
    });
  }
});
