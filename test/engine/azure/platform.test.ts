// What all APIs behind Azure API Management share there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as faults from "../../support/azure/arm/faults";
import { behindAzure } from "./exposures";
import { azureSettings } from "./installation";
import { outputsOf, TransientError } from "../../../stack";
import { describeWithEngines, type World } from "./suite";

const SECRET_ID = "https://canvas.vault.azure.net/secrets/app-insights-instrumentation-key";

const settingsOf = ({ arm }: World) =>
  ({
    ...azureSettings(arm),
    namedValues: [{ name: "partner-key", secretId: "https://canvas.vault.azure.net/secrets/partner" }],
    appInsights: { logger: "insights", secretId: SECRET_ID, sampling: 50 },
    jwt: [
      {
        type: "oidc",
        name: "keycloak",
        issuer: "https://keycloak.example.org/realms/oda",
        metadataUrl: "https://keycloak.example.org/realms/oda/.well-known/openid-configuration",
        audiences: ["canvas"],
        clientId: "portal",
      },
    ],
    products: [{ id: "gold", displayName: "Gold", subscriptionRequired: true, approvalRequired: false }],
    subscriptions: [{ id: "crm", displayName: "CRM", product: "gold" }],
  }) as const;

describeWithEngines("What all APIs behind Azure API Management share", (world) => {
  it("is made once, is used by APIs, and goes without a trace", async () => {
    const { arm, engine } = world();
    const gateway = settingsOf(world());

    await engine.upPlatform(gateway);
    assert.deepEqual(arm.entities(), [
      "loggers/insights",
      "namedValues/insights-instrumentation-key",
      "namedValues/partner-key",
      "openidConnectProviders/keycloak",
      "products/gold",
      "subscriptions/crm",
    ]);
    await engine.up("sharing", {
      ...behindAzure(arm),
      gateway,
      annotations: { "oda.tmforum.org/jwt": "keycloak" },
    });
    assert.ok(arm.entities().includes("apis/sharing/diagnostics/applicationinsights"));
    assert.ok(arm.entities().some((path) => path.startsWith("products/gold/apiLinks/")));
    arm.requests.length = 0;
    await engine.upPlatform(gateway);
    assert.deepEqual(arm.sent("PUT"), []);

    await engine.destroy("sharing");
    await engine.destroyPlatform("azure-apim");
    assert.deepEqual(arm.entities(), []);
  });

  it("goes as far as no API uses it, and the rest after the APIs' runs: none waits for the other", async () => {
    const { arm, engine } = world();
    const gateway = settingsOf(world());
    const without = { ...gateway, appInsights: undefined };
    await engine.upPlatform(gateway);
    await engine.up("using", { ...behindAzure(arm), gateway });

    const error = await engine.upPlatform(without).then(
      () => assert.fail("the logger is in use"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof TransientError, String(error));
    assert.match(error.message, /in use/);
    assert.deepEqual(outputsOf(error), { versions: {} });

    await engine.up("using", { ...behindAzure(arm), gateway: without });
    await engine.upPlatform(without);
    assert.ok(!arm.entities().includes("loggers/insights"), arm.entities().join());
    await engine.destroy("using");
    await engine.destroyPlatform("azure-apim");
    assert.deepEqual(arm.entities(), []);
  });

  it("goes by a run of settings that name nothing any more, which needs no more than the state", async () => {
    const { arm, engine } = world();
    await engine.upPlatform(settingsOf(world()));

    await engine.upPlatform(azureSettings(arm));
    assert.deepEqual(arm.entities(), []);
    arm.faults.plan(faults.unavailable, {});
    await engine.upPlatform(azureSettings(arm));
    await engine.destroyPlatform("azure-apim");
  });

  it("does not take over what is in its way, names it, and goes on once that is deleted", async () => {
    const { arm, engine } = world();
    arm.edit("namedValues/partner-key", { displayName: "partner-key", value: "another cluster’s" });

    await assert.rejects(engine.upPlatform(settingsOf(world())), (error) => {
      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, "GatewayConflict");
      assert.match(error.message, /already existing resource .*namedValues\/partner-key/);
      return true;
    });

    arm.remove("namedValues/partner-key");
    await engine.upPlatform(settingsOf(world()));
    await engine.destroyPlatform("azure-apim");
    assert.deepEqual(arm.entities(), []);
  });

  it("is removed by the commands of the documentation", async () => {
    const { arm, engine } = world();
    await engine.upPlatform(settingsOf(world()));
    const guide = readFileSync(join(__dirname, "../../../docs/operations.md"), "utf8");
    const commands = /^cd .*\/oda-api-platform"\npulumi destroy .*$/m.exec(guide)?.[0];
    assert.ok(commands !== undefined);

    await engine.shell(commands);

    assert.deepEqual(arm.entities(), []);
    assert.throws(() => engine.platformState("azure-apim"), { code: "ENOENT" });
  });

  it("has the key of Application Insights from Key Vault alone, and no key of a subscription in the state", async () => {
    const { arm, engine } = world();

    await engine.upPlatform(settingsOf(world()));

    const { keyVault, value } = arm.properties("namedValues/insights-instrumentation-key") ?? {};
    assert.deepEqual([keyVault, value], [{ secretIdentifier: SECRET_ID }, undefined]);
    assert.doesNotMatch(engine.platformState("azure-apim"), /primary-0123|secondary-4567/);
    await engine.destroyPlatform("azure-apim");
  });
});
