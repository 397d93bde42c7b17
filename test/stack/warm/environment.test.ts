import assert from "node:assert/strict";
import { engineEnvironment } from "../../../stack/warm/environment";

const backend = { url: "file:///state", secretsProvider: "passphrase" };

describe("the environment of the warm engine", () => {
  it("is that of this process with the backend and its passphrase", () => {
    const environment = engineEnvironment({ ...backend, passphrase: "own" }, { HOME: "/home" });

    assert.equal(environment["HOME"], "/home");
    assert.equal(environment["PULUMI_BACKEND_URL"], "file:///state");
    assert.equal(environment["PULUMI_CONFIG_PASSPHRASE"], "own");
  });

  it("leaves a passphrase that is not ours as it is", () => {
    const environment = engineEnvironment(backend, { PULUMI_CONFIG_PASSPHRASE_FILE: "/secret" });

    assert.equal(environment["PULUMI_CONFIG_PASSPHRASE_FILE"], "/secret");
    assert.equal("PULUMI_CONFIG_PASSPHRASE" in environment, false);
  });

  it("collects garbage less often, unless it says how often", () => {
    assert.equal(engineEnvironment(backend, {})["GOGC"], "300");
    assert.equal(engineEnvironment(backend, { GOGC: "50" })["GOGC"], "50");
  });

  it("lets the provider that all runs share ask the API server more often, unless it says how often", () => {
    assert.equal(engineEnvironment(backend, {})["PULUMI_K8S_CLIENT_QPS"], "200");
    assert.equal(engineEnvironment(backend, {})["PULUMI_K8S_CLIENT_BURST"], "400");
    assert.equal(engineEnvironment(backend, { PULUMI_K8S_CLIENT_QPS: "7" })["PULUMI_K8S_CLIENT_QPS"], "7");
  });
});
