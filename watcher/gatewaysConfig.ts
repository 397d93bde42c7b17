// Configuration of the gateways outside the cluster: the environment of TM Forum's operators and the platform file.
import {
  type AzureApimPart,
  azureNames,
  type GatewaySettings,
  type Platform,
  type WhalecloudApigSettings,
  whalecloudEndpoint,
} from "../components";
import { fieldsFor } from "../stack/azure/resolveSettings";
import { DEFAULT_NAMESPACE, type EnvironmentReader } from "./environmentReader";

/** What is known of Azure API Management before Key Vault is asked. */
export interface AzureConfig {
  readonly part: AzureApimPart;
  /** URL of the Key Vault; undefined where the environment and the platform file name none. */
  readonly vaultUrl?: string;
  /** Azure Resource Manager, `https://host[:port]`; that of the public cloud where absent. */
  readonly endpoint?: string;
}

/** Seconds that one request to the WhaleCloud API gateway may take. */
const TIMEOUT = 30;

const INGRESS = /^(?:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/)?([a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)$/;

/**
 * The vault is that of the platform file, else the one at `ODA_KEY_VAULT_URL`, else the one named `KEY_VAULT_NAME`. Where
 * Azure is the default gateway, one has to be named for what the file leaves out.
 */
export function readAzure(
  read: EnvironmentReader,
  { azureApim, keyVaultUrl }: Platform,
  gateway: GatewaySettings["type"],
): AzureConfig {
  const { accepts, rule } = azureNames.VAULT_NAME;
  const name = read.matching("KEY_VAULT_NAME", accepts, rule.replace(/^must be /, ""));
  const origin = azureNames.ORIGIN.accepts;
  const url = read.matching("ODA_KEY_VAULT_URL", origin, "an https URL without a path");
  const vault = keyVaultUrl ?? url ?? name;
  const missing = fieldsFor(azureApim);
  if (gateway === "azure-apim" && vault === undefined && missing.length > 0) {
    read.problems.push(
      `KEY_VAULT_NAME: is required while ODA_GATEWAY is azure-apim and the platform file does not have ${missing.join(", ")}`,
    );
  }
  const endpoint = read.matching(
    "ODA_AZURE_ENDPOINT",
    (text) => origin(text) || LOOPBACK.test(text),
    "an https URL without a path, or an http one of this machine",
  );
  return {
    part: azureApim,
    ...(vault === undefined ? {} : { vaultUrl: azureNames.vaultUrlOf(vault) }),
    ...(endpoint === undefined ? {} : { endpoint: new URL(endpoint).origin }),
  };
}

/** A stand-in for Azure in a test. */
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?\/?$/;

/**
 * What the platform file says wins.
 *
 * @param namespaces those whose APIs are served: the gateway is in the first unless it is said
 */
export function readWhalecloud(
  read: EnvironmentReader,
  { whalecloudApig }: Platform,
  [namespace = DEFAULT_NAMESPACE]: readonly string[] = [],
): WhalecloudApigSettings {
  const endpoint = read.matching(
    "APIG_ENDPOINT",
    (text) => whalecloudEndpoint(text) !== undefined,
    "host[:port], or an http or https URL without a path",
  );
  const ingress = readIngress(read, namespace);
  const mocks = ["APIG_MOCK", "MOCK_ALL"].map((name) => read.boolean(name));
  const usual = `apig-operator-uportal.${namespace}:8080`;
  return {
    type: "whalecloud-apig",
    endpoint: whalecloudEndpoint(endpoint ?? usual) ?? "",
    ...(ingress === undefined ? {} : { ingress }),
    mock: mocks.includes(true),
    timeout: TIMEOUT,
    ...whalecloudApig,
  };
}

function readIngress(read: EnvironmentReader, namespace: string): WhalecloudApigSettings["ingress"] {
  const rule = "the name of an Ingress, or namespace/name";
  const text = read.matching("APIG_INGRESS", (value) => INGRESS.test(value), rule);
  if (text === undefined) return undefined;
  const [, own = namespace, name = ""] = INGRESS.exec(text) ?? [];
  return { namespace: own, name };
}
