import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

describe("Azure's SDK", function () {
  this.timeout(60_000);

  it("is not loaded until Azure is asked for something", () => {
    const script = `
      const { AzureSettingsSource } = require("./stack/azure/azureSettings");
      const { EntityTags } = require("./stack/azure/etags");
      const { defaultAzureApimPart, defaultIstioSettings } = require("./components");
      const source = { part: defaultAzureApimPart, vaultUrl: "https://a.vault.azure.net", istio: defaultIstioSettings };
      new AzureSettingsSource(source).settings();
      new EntityTags();
      console.log(Object.keys(require.cache).filter((file) => /node_modules.@azure./.test(file)).length);`;
    const output = execFileSync(process.execPath, ["-r", "tsx/cjs", "-e", script], {
      cwd: join(__dirname, "../../.."),
      encoding: "utf8",
    });

    assert.equal(output.trim(), "0");
  });
});
