import assert from "node:assert/strict";
import { dependenciesOf, only, run } from "../mocks";
import { OdaPlatform, type AzureApimSettings } from "../../../components";
import { keycloak, settings, withCluster, withIstio } from "./examples";

const APIM = "azure-native:apimanagement";
const ofService = { resourceGroupName: "oda-rg", serviceName: "oda-apim" };

describe("what all APIs behind Azure API Management share", () => {
  const shared: AzureApimSettings = {
    ...withIstio({
      host: "apis.cluster.example.com",
      mutualTls: { credentialName: "apim-client", certificateId: "/certificates/oda" },
    }),
    jwt: [{ ...keycloak, clientId: "portal" }],
    namedValues: [{ name: "greeting", secretId: "https://oda.vault.azure.net/secrets/greeting" }],
    keyVaultIdentity: "00000000-0000-4000-8000-00000000000f",
    appInsights: {
      logger: "oda-insights",
      secretId: "https://oda.vault.azure.net/secrets/app-insights-instrumentation-key",
      sampling: 100,
    },
    products: [
      { id: "oda", displayName: "ODA", subscriptionRequired: true, approvalRequired: true },
      { id: "open", displayName: "Open", subscriptionRequired: false, approvalRequired: false },
      { id: "there", subscriptionRequired: true, approvalRequired: false },
    ],
    subscriptions: [
      { id: "portal", displayName: "Portal", product: "oda" },
      { id: "all", displayName: "All APIs" },
    ],
  };

  const platform = (gateway: AzureApimSettings) => run(() => new OdaPlatform("azure-apim", { gateway }));

  it("are named values that API Management reads from Key Vault itself", async () => {
    const { resources } = await platform(shared);

    const values = resources.filter(({ type }) => type === `${APIM}:NamedValue`).map(({ inputs }) => inputs);
    const identityClientId = "00000000-0000-4000-8000-00000000000f";
    const value = (name: string, secret: string) => ({
      ...ofService,
      namedValueId: name,
      displayName: name,
      secret: true,
      keyVault: { secretIdentifier: `https://oda.vault.azure.net/secrets/${secret}`, identityClientId },
    });
    assert.deepEqual(values, [
      value("greeting", "greeting"),
      value("oda-insights-instrumentation-key", "app-insights-instrumentation-key"),
    ]);
  });

  it("are the logger, by a named value and after it", async () => {
    const logger = only((await platform(shared)).resources, `${APIM}:Logger`);

    assert.deepEqual(logger.inputs, {
      ...ofService,
      loggerId: "oda-insights",
      loggerType: "applicationInsights",
      credentials: { instrumentationKey: "{{oda-insights-instrumentation-key}}" },
      isBuffered: true,
    });
    assert.deepEqual(dependenciesOf(logger), ["NamedValue", "NamedValue"]);
  });

  it("are providers of tokens, products and their subscriptions", async () => {
    const { resources } = await platform(shared);

    assert.deepEqual(only(resources, `${APIM}:OpenIdConnectProvider`).inputs, {
      ...ofService,
      opid: "keycloak",
      displayName: "keycloak",
      metadataEndpoint: keycloak.metadataUrl,
      clientId: "portal",
      useInTestConsole: true,
    });
    const inputs = (type: string) =>
      resources
        .filter((each) => each.type === `${APIM}:${type}`)
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .map((each) => each.inputs);
    assert.deepEqual(inputs("Product"), [
      {
        ...ofService,
        productId: "oda",
        displayName: "ODA",
        subscriptionRequired: true,
        approvalRequired: true,
        state: "published",
      },
      {
        ...ofService,
        productId: "open",
        displayName: "Open",
        subscriptionRequired: false,
        state: "published",
      },
    ]);
    assert.deepEqual(inputs("Subscription"), [
      { ...ofService, sid: "all", displayName: "All APIs", scope: "/apis", state: "active" },
      { ...ofService, sid: "portal", displayName: "Portal", scope: "/products/oda", state: "active" },
    ]);
  });

  it("has secret what the classes of the provider have in clear", async () => {
    const { resources } = await platform(shared);

    const secrets = (type: string) =>
      resources.find((each) => each.type === `${APIM}:${type}`)?.secretOutputs;
    assert.deepEqual(secrets("NamedValue"), ["value"]);
    assert.deepEqual(secrets("Logger"), ["credentials"]);
    assert.deepEqual(secrets("OpenIdConnectProvider"), ["clientSecret"]);
    assert.deepEqual(secrets("Subscription"), ["primaryKey", "secondaryKey"]);
  });

  it("is the Gateway of Istio for clients with a certificate", async () => {
    const { resources } = await platform(shared);
    assert.equal(
      only(resources, "kubernetes:networking.istio.io/v1:Gateway").parent,
      "oda-api:index:OdaPlatform",
    );
  });

  it("is nothing, and no provider, where nothing is configured", async () => {
    for (const gateway of [settings, withCluster({ host: "a.example" })]) {
      const { resources } = await platform(gateway);
      assert.deepEqual(
        resources.map(({ type }) => type),
        ["oda-api:index:OdaPlatform"],
      );
    }
  });
});
