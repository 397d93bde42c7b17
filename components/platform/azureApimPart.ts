// What the platform file says of Azure API Management, before Key Vault adds what it leaves out.
import {
  type AppInsights,
  type AzureApimSettings,
  type EntraProvider,
  type IngressSide,
  type IstioSide,
  type KeyVaultValue,
  type OidcProvider,
} from "../azureApim/settings";

/** What Key Vault may have in place of the file. */
type FromKeyVault = "subscriptionId" | "resourceGroup" | "serviceName";

/** What is made from the name of the service where the file does not say it. */
type FromService = "gatewayUrl" | "developerPortalUrl";

/** What names secrets of Key Vault, the cluster's Istio, or something in the service by an id without the service. */
type Unresolved = "type" | "cluster" | "jwt" | "namedValues" | "appInsights";

/**
 * Settings of Azure API Management as far as the platform file says them, with defaults for what Key Vault does not
 * have. A secret is a whole id or the name of one in the vault.
 */
export interface AzureApimPart
  extends
    Omit<AzureApimSettings, FromKeyVault | FromService | Unresolved>,
    Partial<Pick<AzureApimSettings, FromKeyVault | FromService>> {
  readonly cluster: Omit<IngressSide, "istio"> | Omit<IstioSide, "istio">;
  readonly jwt: readonly IdentityProviderPart[];
  readonly namedValues: readonly (Pick<KeyVaultValue, "name"> & { readonly secret: string })[];
  readonly appInsights?: Omit<AppInsights, "secretId"> & { readonly secret?: string };
}

/** A provider of tokens, as far as the platform file says. */
export type IdentityProviderPart = OidcProvider | EntraPart;

/**
 * Microsoft Entra ID: tenant and applications are in Key Vault where the file leaves them out. Audiences that are left
 * out are the applications.
 */
export type EntraPart = Pick<EntraProvider, "type" | "name"> &
  Partial<Pick<EntraProvider, "tenantId" | "clientIds" | "audiences">>;

/** Names of secrets in Key Vault, as TM Forum's Azure operator has them. */
export const keyVaultSecrets = {
  serviceName: "apim-service-name",
  resourceGroup: "resource-group",
  subscriptionId: "subscription-id",
  tenantId: "aad-tenant-id",
  clientId: "aad-client-id",
  instrumentationKey: "app-insights-instrumentation-key",
} as const;

/** What holds where the platform file says nothing of Azure API Management. */
export const defaultAzureApimPart: AzureApimPart = {
  tier: "standard",
  apiIds: "name",
  cluster: { type: "ingress", className: "istio", isolate: false },
  jwt: [],
  subscriptionKey: { header: "Ocp-Apim-Subscription-Key", query: "subscription-key" },
  quotaPeriod: 2_592_000,
  maxValidatedBytes: 102_400,
  namedValues: [],
  products: [],
  subscriptions: [],
  foreignChanges: "report",
};
