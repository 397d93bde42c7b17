// Random APIs at a real gateway: one that Envoy refuses would keep it from every other change, of all APIs.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  defaultIstioSettings,
  gatewayObjects,
  platformObjects,
  readPlatform,
  type IstioSettings,
  type OwnedObject,
} from "../../components";
import { startControlPlane, type ControlPlane } from "../../dev/controlPlane";
import { Objects, startDataPlane, TokenIssuer, type DataPlane } from "../../dev/dataPlane";
import { findDataPlane } from "../../dev/toolchain";
import { until } from "../../dev/until";
import { InvalidSpecError, parseExposedApi, type ExposedApi, type PlatformRules } from "../../spec";
import { componentGateway, manifestOf, namespace } from "../dataplane/support/manifests";
import { routeNameOf } from "./confinement";
import { apiObjects, NAMESPACES, surroundings } from "./exposures";
import { forEach } from "./findings";

const APIS = 250;
const WORKLOAD = { namespace: "istio-ingress", labels: { istio: "ingressgateway" } };
const seed = Number(process.env["ODA_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

/** A platform with everything but certificates, for which the gateway would wait. */
const platformFile = JSON.stringify({
  gateway: WORKLOAD,
  jwt: {
    providers: ["keycloak", "partner"].map((name) => {
      const { issuer, jwks } = new TokenIssuer(`https://${name}.example`);
      return { name, issuer, jwks, audiences: ["oda"] };
    }),
  },
  apiKeys: { provider: "api-key-check" },
});

function parsed(object: unknown, rules: PlatformRules): ExposedApi | undefined {
  try {
    return parseExposedApi(object, rules);
  } catch (error) {
    if (error instanceof InvalidSpecError) return undefined;
    throw error;
  }
}

describe("Random APIs at a real Istio gateway", function () {
  this.timeout(120_000);
  const { rules, istio } = readPlatform(platformFile);
  const settings: IstioSettings = {
    ...defaultIstioSettings,
    gateway: "components/component-gateway",
    ...istio,
  };
  let controlPlane: ControlPlane | undefined;
  let dataPlane: DataPlane | undefined;

  before(async function () {
    this.timeout(3_600_000); // the first time on a machine
    const toolchain = process.platform === "linux" ? await findDataPlane() : undefined;
    if (toolchain === undefined) return this.skip();
    controlPlane = await startControlPlane({ toolchain });
    await new Objects(controlPlane.kubeconfig).apply(NAMESPACES.map(namespace));
    dataPlane = await startDataPlane({ toolchain, controlPlane, workload: WORKLOAD });
  });

  after(async () => {
    await dataPlane?.stop();
    await controlPlane?.stop();
  });

  it("are taken by Envoy, all of them", async () => {
    assert.ok(controlPlane !== undefined && dataPlane !== undefined);
    const gateway = dataPlane;
    const objects = new Objects(controlPlane.kubeconfig);
    const sampled = fc
      .sample(fc.tuple(apiObjects, surroundings), { seed, numRuns: APIS })
      .flatMap(([object, { contextFor }]) => {
        const api = parsed(object, rules);
        return api === undefined || !NAMESPACES.includes(api.namespace) ? [] : [{ api, contextFor }];
      });
    // Two of one name share their VirtualService.
    const apis = [
      ...new Map(sampled.map((each) => [`${each.api.namespace}/${each.api.name}`, each])).values(),
    ];
    const declared = apis.flatMap(({ api, contextFor }): readonly OwnedObject[] =>
      gatewayObjects({ api, settings, context: contextFor(api.path) }),
    );
    await objects.apply([
      componentGateway("components", WORKLOAD.labels),
      ...platformObjects(settings).map(manifestOf),
    ]);
    await forEach(declared, (object) => objects.apply([manifestOf(object)]));

    const names = apis.map(({ api }) => `"${routeNameOf(api)}"`);
    const arrived = async (): Promise<boolean> => {
      const dump = await gateway.configDump();
      return names.every((name) => dump.includes(name));
    };
    await until("every route to be at the gateway", arrived).catch(async (error: unknown) => {
      throw new Error(`ODA_FUZZ_SEED=${seed}\n${await gateway.lastWords()}`, { cause: error });
    });
  });
});
