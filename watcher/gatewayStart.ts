// What the log says at the start of the gateways outside the cluster, as they are configured.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { dependencies } from "../package.json";
import { type WatcherConfig } from "./config";

const PLUGIN = "resource-azure-native";
const PLUGIN_VERSION = dependencies["@pulumi/azure-native"];

/** Azure API Management as the environment and the platform file name it; undefined where they say nothing of it. */
export function describeAzure({ azure }: Pick<WatcherConfig, "azure">): object | undefined {
  const { part, vaultUrl } = azure;
  const { subscriptionId, resourceGroup, serviceName } = part;
  const named = Object.entries({ subscriptionId, resourceGroup, serviceName, keyVault: vaultUrl });
  const known = named.filter(([, value]) => value !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/**
 * What is told once, for no API says it before it is too late: that nothing is really bound, and that no run can reach
 * Azure.
 *
 * @param env the environment that engines are started with
 */
export function gatewayWarnings(
  config: Pick<WatcherConfig, "azure" | "gateway" | "whalecloud">,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  const asksAzure = config.gateway === "azure-apim" || describeAzure(config) !== undefined;
  return [
    ...(config.whalecloud.mock
      ? ["the WhaleCloud API gateway is a mock: its APIs count as served, and no gateway is told of them"]
      : []),
    ...(asksAzure && !hasAzurePlugin(env)
      ? [
          `no API can be exposed through azure-apim: the plugin azure-native ${PLUGIN_VERSION} is neither in ` +
            `${pulumiHomeOf(env)} nor on PATH, see docs/operations.md#azure-api-management`,
        ]
      : []),
  ];
}

/** Whether engines find the plugin of the Azure provider: installed, or as a program on PATH. */
function hasAzurePlugin(env: NodeJS.ProcessEnv): boolean {
  if (existsSync(join(pulumiHomeOf(env), "plugins", `${PLUGIN}-v${PLUGIN_VERSION}`))) return true;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => existsSync(join(folder, `pulumi-${PLUGIN}`)));
}

/** Where plugins are installed (Pulumi CLI, environment variable PULUMI_HOME). */
function pulumiHomeOf(env: NodeJS.ProcessEnv): string {
  return env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
}
