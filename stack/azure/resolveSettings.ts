// From what the platform file says of Azure API Management, and what Key Vault has, to settings.
import {
  type AzureApimPart,
  type AzureApimSettings,
  type AzureIdentityProvider,
  azureNames,
  type IdentityProviderPart,
  type IstioSettings,
  keyVaultSecrets,
} from "../../components";
import { optional, type TextRule } from "../../spec";

/** What Key Vault is asked for, and the rule of each. The instrumentation key is read by API Management alone. */
const RULES = {
  subscriptionId: azureNames.UUID,
  resourceGroup: azureNames.RESOURCE_GROUP,
  serviceName: azureNames.SERVICE_NAME,
  tenantId: azureNames.UUID,
  clientId: azureNames.UUID,
} as const satisfies Partial<Record<keyof typeof keyVaultSecrets, TextRule>>;

/** A value that Key Vault may have in place of the platform file. */
export type VaultValue = keyof typeof RULES;

/** Values from Key Vault. */
export type VaultValues = Readonly<Partial<Record<VaultValue, string>>>;

/** A secret holds no such value. The message names the secret and the rule, not the value. */
export class SecretValueError extends Error {
  override readonly name = "SecretValueError";
}

/** What the settings need of Key Vault. Nothing where the platform file says it all. */
export function neededOf(part: AzureApimPart): readonly VaultValue[] {
  const entra = part.jwt.filter((provider) => provider.type === "entra");
  const needed: Readonly<Record<VaultValue, boolean>> = {
    subscriptionId: part.subscriptionId === undefined,
    resourceGroup: part.resourceGroup === undefined,
    serviceName: part.serviceName === undefined,
    tenantId: entra.some(({ tenantId }) => tenantId === undefined),
    clientId: entra.some(({ clientIds }) => clientIds === undefined),
  };
  return (Object.keys(RULES) as VaultValue[]).filter((value) => needed[value]);
}

/** Where the platform file can say what it leaves to a Key Vault, as messages name it. */
export function fieldsFor(part: AzureApimPart): readonly string[] {
  const places: Readonly<Record<VaultValue, string>> = {
    subscriptionId: "azureApim.subscriptionId",
    resourceGroup: "azureApim.resourceGroup",
    serviceName: "azureApim.serviceName",
    tenantId: "tenantId of each jwt.providers[].entra",
    clientId: "clientIds of each jwt.providers[].entra",
  };
  return [
    ...neededOf(part).map((value) => places[value]),
    ...part.namedValues.flatMap(({ secret }, index) =>
      azureNames.isSecretName(secret) ? [`a whole id in azureApim.namedValues[${index}].secret`] : [],
    ),
    ...(azureNames.isSecretName(part.appInsights?.secret ?? "")
      ? ["a whole id in azureApim.appInsights.secret"]
      : []),
  ];
}

/**
 * Values from Key Vault, each by its rule.
 *
 * @param secrets values by the names of secrets
 * @throws {@link SecretValueError}
 */
export function checkedValues(
  needed: readonly VaultValue[],
  secrets: ReadonlyMap<string, string>,
): VaultValues {
  return Object.fromEntries(
    needed.map((value) => {
      const name = keyVaultSecrets[value];
      const text = secrets.get(name) ?? "";
      const { accepts, rule } = RULES[value];
      if (!accepts(text)) throw new SecretValueError(`secret ${JSON.stringify(name)} ${rule}`);
      return [value, text];
    }),
  );
}

/**
 * The settings. Whatever {@link neededOf} names is in `values`, and a vault is there where {@link fieldsFor} names any.
 *
 * @param vaultUrl `https://host` of the vault in which secrets are that have only a name
 */
export function resolveSettings(
  part: AzureApimPart,
  values: VaultValues,
  vaultUrl: string | undefined,
  istio: IstioSettings,
): AzureApimSettings {
  const { namedValues, appInsights, jwt, cluster, ...rest } = part;
  const subscriptionId = part.subscriptionId ?? values.subscriptionId ?? "";
  const resourceGroup = part.resourceGroup ?? values.resourceGroup ?? "";
  const serviceName = part.serviceName ?? values.serviceName ?? "";
  const service =
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}` +
    `/providers/Microsoft.ApiManagement/service/${serviceName}`;
  const secretId = (secret: string) => azureNames.secretIdOf(secret, vaultUrl ?? "");
  return {
    type: "azure-apim",
    ...rest,
    subscriptionId,
    resourceGroup,
    serviceName,
    gatewayUrl: part.gatewayUrl ?? `https://${serviceName}.azure-api.net`,
    developerPortalUrl: part.developerPortalUrl ?? `https://${serviceName}.developer.azure-api.net`,
    cluster: { ...inService(cluster, service), istio },
    jwt: jwt.map((provider) => providerOf(provider, values)),
    namedValues: namedValues.map(({ name, secret }) => ({ name, secretId: secretId(secret) })),
    ...optional("appInsights", appInsights && insightsOf(appInsights, secretId)),
  };
}

/** The certificate for mutual TLS is named by its id within the service, or by its resource id. */
function inService(cluster: AzureApimPart["cluster"], service: string): AzureApimPart["cluster"] {
  if (cluster.type === "ingress" || cluster.mutualTls === undefined) return cluster;
  const { certificateId, ...mutualTls } = cluster.mutualTls;
  const isResourceId = certificateId.startsWith("/");
  return {
    ...cluster,
    mutualTls: {
      ...mutualTls,
      certificateId: isResourceId ? certificateId : `${service}/certificates/${certificateId}`,
    },
  };
}

/** Without audiences a token has to be for one of the applications: by its id, or by the URI that it has by default. */
function providerOf(provider: IdentityProviderPart, values: VaultValues): AzureIdentityProvider {
  if (provider.type === "oidc") return provider;
  const clientIds = provider.clientIds ?? [values.clientId ?? ""];
  return {
    ...provider,
    tenantId: provider.tenantId ?? values.tenantId ?? "",
    clientIds,
    audiences: provider.audiences ?? clientIds.flatMap((id) => [id, `api://${id}`]),
  };
}

function insightsOf(
  { secret, ...insights }: NonNullable<AzureApimPart["appInsights"]>,
  secretId: (secret: string) => string,
): NonNullable<AzureApimSettings["appInsights"]> {
  return { ...insights, ...optional("secretId", secret === undefined ? undefined : secretId(secret)) };
}
