import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../watcher/config";
import { describeAzure, gatewayWarnings } from "../../watcher/gatewayStart";
import { useTempDir } from "../support/tempDir";

describe("The start, of gateways outside the cluster", () => {
  const dir = useTempDir();

  const warnings = (variables: NodeJS.ProcessEnv, path = ""): readonly string[] =>
    gatewayWarnings(readConfig({ ODA_STATE_DIR: dir(), ...variables }), { PULUMI_HOME: dir(), PATH: path });

  it("is silent where only Istio is configured", () => {
    assert.deepEqual(warnings({}), []);
    assert.equal(describeAzure(readConfig({})), undefined);
  });

  it("warns that a mock serves nothing", () => {
    for (const name of ["APIG_MOCK", "MOCK_ALL"]) {
      assert.match(warnings({ [name]: "true" }).join(), /WhaleCloud API gateway is a mock/);
    }
  });

  it("warns of a plugin that is not there, once Azure is configured", () => {
    const [warning = ""] = warnings({ KEY_VAULT_NAME: "oda-vault" });
    assert.match(warning, /the plugin azure-native \d+\.\d+\.\d+ is neither in /);
    assert.ok(warning.includes(dir()), warning);
  });

  it("finds a plugin that is installed, or on PATH", () => {
    const [, version = ""] = / azure-native (\S+) /.exec(warnings({ KEY_VAULT_NAME: "v-1" }).join()) ?? [];
    writeFileSync(join(dir(), "pulumi-resource-azure-native"), "");
    assert.deepEqual(warnings({ KEY_VAULT_NAME: "oda-vault" }, `/nowhere:${dir()}`), []);
    mkdirSync(join(dir(), "plugins", `resource-azure-native-v${version}`), { recursive: true });
    assert.deepEqual(warnings({ KEY_VAULT_NAME: "oda-vault" }), []);
  });

  it("names the service and the Key Vault", () => {
    const file = join(dir(), "platform.yaml");
    writeFileSync(file, "azureApim: { resourceGroup: oda, serviceName: oda-apim }\n");
    assert.deepEqual(describeAzure(readConfig({ ODA_PLATFORM: file, KEY_VAULT_NAME: "oda-vault" })), {
      resourceGroup: "oda",
      serviceName: "oda-apim",
      keyVault: "https://oda-vault.vault.azure.net",
    });
  });
});
