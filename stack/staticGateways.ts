// Which gateway each API of a program without a watcher is behind, and with which settings.
import {
  awaited,
  gatewayTypes,
  isGatewayType,
  type GatewaySettings,
  type IstioSettings,
  type Platform,
} from "../components";
import { type ExposedApi } from "../spec";
import { AzureSettingsSource } from "./azure/azureSettings";

/** What the gateways of a static program are made from. */
export interface StaticGatewaysOptions {
  /** Gateway of an API that names none; istio where it is undefined or empty. */
  readonly default?: string | undefined;
  readonly istio: IstioSettings;
  readonly platform: Platform;
}

/** Seconds that a request to the WhaleCloud gateway may take, unless the platform file says. */
const TIMEOUT = 30;

/** Endpoint of a mock, which is asked nothing (RFC 6761, section 6.4). */
const NOWHERE = "http://apig.invalid";

/**
 * Finds the settings of the gateways that these APIs are behind. Key Vault is read, once, where an API needs it.
 *
 * @throws Error that names the first API whose gateway cannot be used, and why
 */
export async function staticGateways(
  apis: readonly ExposedApi[],
  { default: usual = "", istio, platform }: StaticGatewaysOptions,
): Promise<(api: ExposedApi) => GatewaySettings> {
  if (usual !== "" && !isGatewayType(usual)) throw new Error(`oda:gateway: ${notOne(usual)}`);
  const known = new Map<string, GatewaySettings>([["istio", istio]]);
  const typeOf = (api: ExposedApi): string => api.gateway ?? (usual === "" ? "istio" : usual);
  for (const api of apis) {
    const type = typeOf(api);
    const name = `${api.namespace}/${api.name}`;
    if (!isGatewayType(type)) {
      throw new Error(`${name}: gateway ${notOne(type)}`);
    }
    const settings = known.get(type) ?? (await settingsOf(type, istio, platform));
    if (typeof settings === "string") throw new Error(`${name}: gateway ${type}: ${settings}`);
    known.set(type, settings);
    if (awaited({ api, settings }).length > 0) {
      throw new Error(
        `${name}: gateway ${type}: the address of the cluster must be in the platform file (azureApim.cluster.address); only the watcher sees it in the cluster`,
      );
    }
  }
  return (api) => known.get(typeOf(api)) ?? istio;
}

function notOne(type: string): string {
  return `${JSON.stringify(type)} must be one of ${gatewayTypes.join(", ")}`;
}

/** The settings, or why there are none. */
async function settingsOf(
  type: GatewaySettings["type"],
  istio: IstioSettings,
  { azureApim, keyVaultUrl, whalecloudApig }: Platform,
): Promise<GatewaySettings | string> {
  switch (type) {
    case "istio":
      return istio;
    case "whalecloud-apig": {
      const { endpoint, ...rest } = whalecloudApig ?? {};
      if (endpoint === undefined && rest.mock !== true) {
        return "whalecloudApig.endpoint must be in the platform file";
      }
      return { mock: false, timeout: TIMEOUT, ...rest, type, endpoint: endpoint ?? NOWHERE };
    }
    case "azure-apim": {
      const source = new AzureSettingsSource({ part: azureApim, vaultUrl: keyVaultUrl, istio });
      await source.refresh();
      await source.stop();
      return source.settings() ?? source.problem() ?? "its settings are not known";
    }
  }
}
