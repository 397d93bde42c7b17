// What the watcher asks outside the cluster for its gateways: Key Vault, Azure Resource Manager, the issuers of tokens.
import { type IstioSettings } from "../components";
import {
  AzureSettingsSource,
  checkProviders,
  EntityTags,
  LeftOvers,
  providersToCheck,
  type EntityTagsOptions,
} from "../stack";
import { type WatcherConfig } from "./config";
import { type EntityTagReader } from "./foreignChanges";
import { GatewayCatalog, type SettingsSource } from "./gatewayCatalog";
import { type EntityRemover } from "./leftOvers";
import { type Logger } from "./logger";

/** What gateways outside the cluster are asked by. */
export interface GatewaySources {
  /** Gives the settings of Azure API Management. */
  readonly azureSettings: (config: WatcherConfig, istio: IstioSettings, log: Logger) => SettingsSource;
  /** Reads entity tags in Azure. */
  readonly tags: (config: WatcherConfig) => EntityTagReader;
  /** Deletes entities there. */
  readonly remover: (config: WatcherConfig) => EntityRemover;
}

/** The real ones. None of them asks anything before it is used. */
export const realSources: GatewaySources = {
  azureSettings: ({ azure }, istio, log) => new AzureSettingsSource({ ...azure, istio, log }),
  tags: (config) => new EntityTags(resourceManager(config)),
  remover: (config) => new LeftOvers(resourceManager(config)),
};

function resourceManager({ azure: { endpoint } }: WatcherConfig): EntityTagsOptions {
  return endpoint === undefined ? {} : { endpoint, allowInsecure: endpoint.startsWith("http:") };
}

/** The gateways of a watcher. */
export function createCatalog(
  config: WatcherConfig,
  istio: IstioSettings,
  log: Logger,
  { azureSettings }: GatewaySources,
): GatewayCatalog {
  return new GatewayCatalog({
    default: config.gateway,
    istio,
    azure: azureSettings(config, istio, log),
    whalecloud: config.whalecloud,
  });
}

/** Says which issuers of tokens cannot be asked for their keys, as gateways do. Nothing waits for it. */
export async function warnOfProviders(
  { azure, istio }: WatcherConfig,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const { name, problem } of await checkProviders(providersToCheck(istio.jwt ?? [], azure.part.jwt), {
      signal,
    })) {
      log.warn({ provider: name, problem }, "an issuer of tokens cannot be asked for its keys");
    }
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, "issuers of tokens cannot be checked");
  }
}
