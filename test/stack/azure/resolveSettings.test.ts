import assert from "node:assert/strict";
import { keyVaultSecrets, type AzureApimPart } from "../../../components";
import {
  checkedValues,
  fieldsFor,
  neededOf,
  resolveSettings,
  SecretValueError,
} from "../../../stack/azure/resolveSettings";
import { CLIENT, istio, part, SECRETS, SUBSCRIPTION, TENANT, whole } from "./examples";

const VAULT = "https://oda.vault.azure.net";

/** The settings, with what Key Vault has where they need it. */
function resolve(file: AzureApimPart) {
  const needed = neededOf(file);
  return resolveSettings(file, checkedValues(needed, new Map(Object.entries(SECRETS))), VAULT, istio);
}

describe("The settings of Azure API Management", () => {
  it("have what the platform file says, and need nothing of Key Vault where it says all", () => {
    assert.deepEqual(neededOf(whole), []);
    assert.deepEqual(fieldsFor(whole), []);
    assert.deepEqual(resolve(whole), {
      ...whole,
      type: "azure-apim",
      gatewayUrl: "https://oda-apim.azure-api.net",
      developerPortalUrl: "https://oda-apim.developer.azure-api.net",
      cluster: { type: "ingress", className: "istio", isolate: false, istio },
    });
  });

  it("take from Key Vault what the file leaves out, by the names of TM Forum's operator", () => {
    assert.deepEqual(neededOf(part()), ["subscriptionId", "resourceGroup", "serviceName"]);
    assert.deepEqual(resolve(part()), resolve(whole));
    const { resourceGroup, serviceName, gatewayUrl } = resolve(
      part({ resourceGroup: "own", serviceName: "apim" }),
    );
    assert.deepEqual([resourceGroup, serviceName, gatewayUrl], ["own", "apim", "https://apim.azure-api.net"]);
  });

  it("have the URLs that the file says, such as those of a custom domain", () => {
    const urls = { gatewayUrl: "https://api.example.com", developerPortalUrl: "https://dev.example.com" };
    const { gatewayUrl, developerPortalUrl } = resolve(part(urls));
    assert.deepEqual({ gatewayUrl, developerPortalUrl }, urls);
  });

  it("know Entra ID by what Key Vault has of it, whose tokens have to be for its application", () => {
    const file = part({ ...whole, jwt: [{ type: "entra", name: "entra" }] });
    assert.deepEqual(neededOf(file), ["tenantId", "clientId"]);
    assert.deepEqual(resolve(file).jwt, [
      {
        type: "entra",
        name: "entra",
        tenantId: TENANT,
        clientIds: [CLIENT],
        audiences: [CLIENT, `api://${CLIENT}`],
      },
    ]);
  });

  it("know Entra ID, and other providers, by what the file says", () => {
    const entra = {
      type: "entra",
      name: "entra",
      tenantId: TENANT,
      clientIds: [],
      audiences: ["oda"],
    } as const;
    const metadataUrl = "https://id.example.com/.well-known/openid-configuration";
    const oidc = { type: "oidc", name: "keycloak", issuer: "https://id.example.com", metadataUrl } as const;
    const file = part({ ...whole, jwt: [entra, oidc] });
    assert.deepEqual(neededOf(file), []);
    assert.deepEqual(resolve(file).jwt, [entra, oidc]);
  });

  it("refer to secrets by their ids, and read none of them", () => {
    const insights = { logger: "oda-api", sampling: 100 };
    const file = part({
      ...whole,
      namedValues: [
        { name: "here", secret: "a-secret" },
        { name: "elsewhere", secret: "https://other.vault.azure.cn/secrets/b" },
      ],
      appInsights: { ...insights, secret: keyVaultSecrets.instrumentationKey },
    });
    assert.deepEqual(neededOf(file), []);
    const { namedValues, appInsights } = resolve(file);
    assert.deepEqual(namedValues, [
      { name: "here", secretId: `${VAULT}/secrets/a-secret` },
      { name: "elsewhere", secretId: "https://other.vault.azure.cn/secrets/b" },
    ]);
    assert.deepEqual(appInsights, {
      ...insights,
      secretId: `${VAULT}/secrets/app-insights-instrumentation-key`,
    });
    assert.deepEqual(resolve(part({ ...whole, appInsights: insights })).appInsights, insights);
  });

  it("name the certificate for mutual TLS by its resource id", () => {
    const certificate = (certificateId: string) => {
      const mutualTls = { credentialName: "apim-client-ca", certificateId };
      const { cluster } = resolve(
        part({
          cluster: { type: "istio", host: "apim.example.com", tls: true, isolate: false, mutualTls },
        }),
      );
      assert.ok(cluster.type === "istio");
      assert.equal(cluster.mutualTls?.credentialName, "apim-client-ca");
      return cluster.mutualTls.certificateId;
    };
    const id =
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/oda-rg/providers/Microsoft.ApiManagement` +
      "/service/oda-apim/certificates/client";
    assert.equal(certificate("client"), id);
    assert.equal(certificate(id), id);
  });

  it("say in which fields the file could do without a Key Vault", () => {
    const file = part({
      serviceName: "apim",
      jwt: [{ type: "entra", name: "entra" }],
      namedValues: [{ name: "a", secret: "a" }],
      appInsights: { logger: "l", sampling: 1, secret: "k" },
    });
    assert.deepEqual(fieldsFor(file), [
      "azureApim.subscriptionId",
      "azureApim.resourceGroup",
      "tenantId of each jwt.providers[].entra",
      "clientIds of each jwt.providers[].entra",
      "a whole id in azureApim.namedValues[0].secret",
      "a whole id in azureApim.appInsights.secret",
    ]);
  });

  it("are refused where a secret holds something else, by its name and not by its value", () => {
    const wrong = (name: keyof typeof SECRETS, value: string) => {
      const secrets = new Map(Object.entries({ ...SECRETS, [name]: value }));
      assert.throws(
        () => checkedValues(["subscriptionId", "resourceGroup", "serviceName"], secrets),
        (error) => {
          assert.ok(error instanceof SecretValueError);
          assert.ok(error.message.startsWith(`secret "${name}" must be `) && !error.message.includes(value));
          return true;
        },
      );
    };
    wrong("subscription-id", "not-a-uuid");
    wrong("resource-group", "ends with a dot.");
    wrong("apim-service-name", "oda_apim/../other");
  });
});
