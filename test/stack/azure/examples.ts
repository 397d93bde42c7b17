// Settings of Azure API Management, as the tests of this folder have them.
import { defaultAzureApimPart, defaultIstioSettings, type AzureApimPart } from "../../../components";

export const SUBSCRIPTION = "22222222-2222-4222-8222-222222222222";
export const TENANT = "33333333-3333-4333-8333-333333333333";
export const CLIENT = "44444444-4444-4444-8444-444444444444";

/** A value that a vault has and that nothing may show. */
export const INSTRUMENTATION_KEY = "55555555-5555-4555-8555-555555555555";

/** What TM Forum's Azure operator has in its Key Vault. */
export const SECRETS = {
  "apim-service-name": "oda-apim",
  "resource-group": "oda-rg",
  "subscription-id": SUBSCRIPTION,
  "aad-tenant-id": TENANT,
  "aad-client-id": CLIENT,
  "app-insights-instrumentation-key": INSTRUMENTATION_KEY,
};

export const istio = defaultIstioSettings;

/** What a platform file says, with `changes`. */
export function part(changes: Partial<AzureApimPart> = {}): AzureApimPart {
  return { ...defaultAzureApimPart, ...changes };
}

/** A file that leaves nothing to Key Vault. */
export const whole = part({ subscriptionId: SUBSCRIPTION, resourceGroup: "oda-rg", serviceName: "oda-apim" });
