import assert from "node:assert/strict";
import { defaultAzureApimPart, defaultIstioSettings, noPlatform, type Platform } from "../../components";
import { readStaticDocuments, staticGateways } from "../../stack";
import { annotated, parse, type Json } from "../spec/examples";
import { settings as azure } from "../components/azureApim/examples";

const behind = (gateway: string, spec: Json = {}) => parse(spec, annotated({ gateway }));
const { subscriptionId, resourceGroup, serviceName } = azure;
const configured: Platform = {
  ...noPlatform,
  azureApim: {
    ...defaultAzureApimPart,
    subscriptionId,
    resourceGroup,
    serviceName,
    cluster: { type: "ingress", className: "istio", isolate: false, address: "cluster.example.com" },
  },
  whalecloudApig: { endpoint: "http://apig.components:8080" },
};
const find = (apis: Parameters<typeof staticGateways>[0], platform: Platform, usual?: string) =>
  staticGateways(apis, { default: usual, istio: defaultIstioSettings, platform });

describe("the gateways of a static program", () => {
  it("are Istio, unless the API or the configuration names another", async () => {
    const [plain, other] = [parse(), behind("whalecloud-apig")];
    const gatewayOf = await find([plain, other], configured);
    assert.equal(gatewayOf(plain), defaultIstioSettings);
    assert.deepEqual(gatewayOf(other), {
      type: "whalecloud-apig",
      endpoint: "http://apig.components:8080",
      mock: false,
      timeout: 30,
    });
    const usual = await find([plain], configured, "azure-apim");
    const settings = usual(plain);
    assert.ok(settings.type === "azure-apim");
    assert.equal(settings.serviceName, azure.serviceName);
  });

  const refused: readonly (readonly [string, string, Platform, RegExp])[] = [
    ["a name that is none", "kong", configured, /: gateway "kong" must be one of istio, /],
    ["WhaleCloud without an endpoint", "whalecloud-apig", noPlatform, /whalecloudApig\.endpoint must be/],
    [
      "Azure without a service or a Key Vault",
      "azure-apim",
      noPlatform,
      /Azure API Management is not configured/,
    ],
    [
      "Azure without an address of the cluster",
      "azure-apim",
      { ...configured, azureApim: { ...configured.azureApim, cluster: defaultAzureApimPart.cluster } },
      /azureApim\.cluster\.address/,
    ],
  ];
  for (const [what, gateway, platform, expected] of refused) {
    it(`are told to be wrong: ${what}`, async () => {
      await assert.rejects(find([behind(gateway)], platform), expected);
    });
  }
});

describe("the documents of a static program", () => {
  const openapi = JSON.stringify({ openapi: "3.0.1", info: { title: "Shop", version: "4.0.0" }, paths: {} });

  it("are read for the gateways that import them, and for no others", async () => {
    const api = behind("azure-apim", { specification: openapi });
    const documents = await readStaticDocuments([api, parse()], (each) =>
      each === api ? azure : defaultIstioSettings,
    );
    assert.deepEqual([...documents.keys()], [api]);
    assert.equal(documents.get(api)?.version, "4.0.0");
  });

  it("cannot be in a ConfigMap, which only the watcher reads", async () => {
    const api = behind("azure-apim", { specification: "configmap:docs/shop.json" });
    await assert.rejects(
      readStaticDocuments([api], () => azure),
      /ConfigMap needs the watcher/,
    );
  });
});
