/** Settings of Azure API Management where the platform file names the service and nothing else. */
import {
  defaultAzureApimPart,
  defaultIstioSettings,
  type AzureApimPart,
  type AzureApimSettings,
} from "../../../components";
import { resolveSettings } from "../../../stack/azure/resolveSettings";

const SERVICE = {
  subscriptionId: "00000000-0000-4000-8000-000000000001",
  resourceGroup: "oda-rg",
  serviceName: "oda-apim",
} as const;

/** The settings of the service `oda-apim` with these changes to the platform file. */
export function azureExample(changes: Partial<AzureApimPart> = {}): AzureApimSettings {
  const part = { ...defaultAzureApimPart, ...SERVICE, ...changes };
  return resolveSettings(part, {}, undefined, defaultIstioSettings);
}
