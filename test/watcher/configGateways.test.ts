import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultAzureApimPart } from "../../components";
import { readConfig, type WatcherConfig } from "../../watcher/config";
import { useTempDir } from "../support/tempDir";
import { complaints, whalecloud, type Environment } from "./environment";

describe("readConfig, of the gateways outside the cluster,", () => {
  const cases: readonly (readonly [string, Environment, Partial<WatcherConfig>])[] = [
    ["another default gateway", { ODA_GATEWAY: "whalecloud-apig" }, { gateway: "whalecloud-apig" }],
    [
      "the Key Vault of Azure API Management",
      { ODA_GATEWAY: "azure-apim", KEY_VAULT_NAME: "Oda-Vault" },
      {
        gateway: "azure-apim",
        azure: { part: defaultAzureApimPart, vaultUrl: "https://oda-vault.vault.azure.net" },
      },
    ],
    [
      "the Key Vault and the Resource Manager of another cloud",
      {
        KEY_VAULT_NAME: "oda",
        ODA_KEY_VAULT_URL: "https://oda.vault.azure.cn/",
        ODA_AZURE_ENDPOINT: "https://management.chinacloudapi.cn",
      },
      {
        azure: {
          part: defaultAzureApimPart,
          vaultUrl: "https://oda.vault.azure.cn",
          endpoint: "https://management.chinacloudapi.cn",
        },
      },
    ],
    [
      "a stand-in for Azure on this machine",
      { ODA_AZURE_ENDPOINT: "http://127.0.0.1:8080" },
      { azure: { part: defaultAzureApimPart, endpoint: "http://127.0.0.1:8080" } },
    ],
    [
      "where the WhaleCloud gateway is, and its Ingress",
      { APIG_ENDPOINT: "apig.example:9000", APIG_INGRESS: "apig" },
      {
        whalecloud: whalecloud({
          endpoint: "http://apig.example:9000",
          ingress: { namespace: "components", name: "apig" },
        }),
      },
    ],
    [
      "a URL of the WhaleCloud gateway, and an Ingress of another namespace",
      { APIG_ENDPOINT: "https://apig.example", APIG_INGRESS: "gateways/public.apig" },
      {
        whalecloud: whalecloud({
          endpoint: "https://apig.example",
          ingress: { namespace: "gateways", name: "public.apig" },
        }),
      },
    ],
    ...["true", "True", "1"].flatMap((text) =>
      ["APIG_MOCK", "MOCK_ALL"].map(
        (name) => [`${name}=${text}`, { [name]: text }, { whalecloud: whalecloud({ mock: true }) }] as const,
      ),
    ),
    ["that nothing is mocked", { APIG_MOCK: "False", MOCK_ALL: "0" }, {}],
    ["every namespace", { COMPONENT_NAMESPACE: "a,*" }, { namespaces: undefined }],
  ];
  for (const [what, env, expected] of cases) {
    it(`reads ${what}`, () => {
      assert.deepEqual(readConfig(env), { ...readConfig({}), ...expected });
    });
  }

  const refused: readonly (readonly [string, string, string])[] = [
    ...["a", "1oda", "oda--a", "https://oda.vault.azure.net"].map(
      (value) =>
        [
          "KEY_VAULT_NAME",
          value,
          'the name of a Key Vault: 3 to 24 letters, digits and "-", a letter first, a letter or digit last, no "--"',
        ] as const,
    ),
    ["ODA_KEY_VAULT_URL", "http://oda.example", "an https URL without a path"],
    [
      "ODA_AZURE_ENDPOINT",
      "http://azure.example",
      "an https URL without a path, or an http one of this machine",
    ],
    ["APIG_ENDPOINT", "http://apig.example/x", "host[:port], or an http or https URL without a path"],
    ["APIG_INGRESS", "a/b/c", "the name of an Ingress, or namespace/name"],
    ["APIG_MOCK", "maybe", "true or false, 1 or 0"],
    ["MOCK_ALL", "2", "true or false, 1 or 0"],
  ];
  for (const [name, value, rule] of refused) {
    it(`refuses ${name}=${value}, with the rule`, () => {
      assert.deepEqual(complaints({ [name]: value }), [`${name}: ${JSON.stringify(value)} must be ${rule}`]);
    });
  }

  it("does not show what may be a password", () => {
    assert.deepEqual(complaints({ APIG_ENDPOINT: "http://me:s3cret@apig.example" }), [
      "APIG_ENDPOINT: (not shown) must be host[:port], or an http or https URL without a path",
    ]);
  });

  describe("with a platform file", () => {
    const dir = useTempDir();
    const platformFile = (text: string) => {
      const file = join(dir(), "platform.yaml");
      writeFileSync(file, text);
      return file;
    };

    it("prefers what it says of the gateways outside the cluster to the environment", () => {
      const file = platformFile(
        "azureApim: { keyVault: 'https://file.example' }\nwhalecloudApig: { endpoint: file, mock: false, timeout: 5 }\n",
      );
      const { azure, whalecloud } = readConfig({
        ODA_PLATFORM: file,
        KEY_VAULT_NAME: "environment",
        APIG_ENDPOINT: "environment",
        APIG_INGRESS: "apig",
        MOCK_ALL: "true",
      });

      assert.equal(azure.vaultUrl, "https://file.example");
      assert.deepEqual(whalecloud, {
        type: "whalecloud-apig",
        endpoint: "http://file",
        ingress: { namespace: "components", name: "apig" },
        mock: false,
        timeout: 5,
      });
    });

    it("asks for a Key Vault where Azure is the default gateway and the file leaves something to it", () => {
      const file = platformFile(
        "azureApim: { resourceGroup: oda, serviceName: oda, namedValues: [{ name: a, secret: a }] }",
      );
      const env = { ODA_PLATFORM: file, ODA_GATEWAY: "azure-apim" };
      assert.deepEqual(complaints(env), [
        "KEY_VAULT_NAME: is required while ODA_GATEWAY is azure-apim and the platform file does not have " +
          "azureApim.subscriptionId, a whole id in azureApim.namedValues[0].secret",
      ]);
      assert.deepEqual(complaints({ ...env, KEY_VAULT_NAME: "oda" }), []);
      assert.deepEqual(complaints({ ODA_PLATFORM: file }), []);
    });
  });
});
