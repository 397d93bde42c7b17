import assert from "node:assert/strict";
import { defaultIstioSettings } from "../../../components";
import { apiWith, idsOf, objectsOf, outcomeOf, specOf } from "./examples";

const context = { podLabels: { app: "catalog", release: "r1" } };
const ROUTE = "VirtualService components/r1-catalog-api";

describe("mutual TLS behind Istio", () => {
  for (const [asked, mode] of [
    ["strict", "STRICT"],
    ["permissive", "PERMISSIVE"],
  ] as const) {
    it(`mtls × istio: the sidecars of the implementation take it, ${asked}`, () => {
      const api = apiWith({}, { mtls: asked });
      const objects = objectsOf(api, defaultIstioSettings, context);

      assert.deepEqual(idsOf(objects), [ROUTE, "PeerAuthentication components/r1-catalog-api"]);
      assert.deepEqual(specOf(objects, "PeerAuthentication"), {
        selector: { matchLabels: { app: "catalog", release: "r1" } },
        mtls: { mode },
      });
      assert.deepEqual(outcomeOf("mtls", api, defaultIstioSettings, context), {
        enforcedBy: "PeerAuthentication components/r1-catalog-api",
      });
    });
  }

  for (const [what, unknown] of [
    ["has no selector or is not there", undefined],
    ["has an empty selector, which would mean every Pod of the namespace", { podLabels: {} }],
  ] as const) {
    it(`mtls × istio: not enforced where the Service ${what}`, () => {
      const api = apiWith({}, { mtls: "strict" });
      assert.deepEqual(idsOf(objectsOf(api, defaultIstioSettings, unknown)), [ROUTE]);
      assert.deepEqual(outcomeOf("mtls", api, defaultIstioSettings, unknown), {
        because:
          "needs to know the Pods, and Service components/r1-prodcatapi has no selector or is not there",
      });
    });
  }
});
