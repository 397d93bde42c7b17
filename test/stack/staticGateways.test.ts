import assert from "node:assert/strict";
import { defaultAzureApimPart, defaultIstioSettings, noPlatform, type Platform } from "../../components";
import { staticGateways } from "../../stack";
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

  it("are a WhaleCloud gateway without an endpoint where it is a mock, which is asked nothing", async () => {
    const api = behind("whalecloud-apig");
    const settings = (await find([api], { ...noPlatform, whalecloudApig: { mock: true } }))(api);
    assert.ok(settings.type === "whalecloud-apig");
    assert.equal(settings.mock, true);
    assert.equal(new URL(settings.endpoint).hostname, "apig.invalid");
  });

  it("are told to be wrong by the key of the configuration that names none", async () => {
    await assert.rejects(
      find([parse()], configured, "azure-api"),
      /^Error: oda:gateway: "azure-api" must be one of /,
    );
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
