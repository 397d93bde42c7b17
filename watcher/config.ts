// Configuration of the watcher, from the environment. Names of TM Forum's operators keep their meaning.
import { accessSync, constants, statSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  defaultIstioSettings,
  gatewayTypes,
  type GatewaySettings,
  type IstioSettings,
  type MonitoringType,
  type GatewayWorkload,
  type WhalecloudApigSettings,
} from "../components";
import { type PlatformRules } from "../spec";
import { defaultDocumentLimits, type DocumentLimits, type EngineChoice } from "../stack";
import { driftModes, type DriftMode } from "./drift/driftDetector";
import { EnvironmentReader } from "./environmentReader";
import { type AzureConfig, readAzure, readWhalecloud } from "./gatewaysConfig";

/** Configuration of one watcher process. */
export interface WatcherConfig {
  /** Namespaces whose APIs are served; undefined means every namespace. */
  readonly namespaces: readonly string[] | undefined;
  /** The gateway that exposes an API whose object names none. */
  readonly gateway: GatewaySettings["type"];
  /** Settings of the Istio gateway but for the API version, which the cluster decides. */
  readonly istio: Omit<IstioSettings, "apiVersion">;
  /** Azure API Management, as far as the environment and the platform file say; the rest is in Key Vault. */
  readonly azure: AzureConfig;
  readonly whalecloud: WhalecloudApigSettings;
  /** What the platform team says of the gateway's Pods; what it does not, the cluster decides. */
  readonly workload: Partial<GatewayWorkload>;
  /** What the platform team decides for the policies of every API. */
  readonly rules: PlatformRules;
  /** `namespace/name` of the Service that clients reach the gateway at; undefined finds it by its label. */
  readonly gatewayService: string | undefined;
  /** How metrics are announced, unless an object says otherwise. */
  readonly monitoring: MonitoringType;
  /** What happens to a resource that somebody changed. */
  readonly drift: DriftMode;
  /** Bounds of the documents of APIs. */
  readonly documents: DocumentLimits;
  /** Folder of this installation. */
  readonly stateDir: string;
  /** State backend URL; undefined keeps state in `stateDir`. */
  readonly backendUrl: string | undefined;
  readonly secretsProvider: string | undefined;
  readonly passphraseInEnvironment: boolean;
  /** How the Pulumi engine is hosted. */
  readonly engine: EngineChoice;
  /** Path of the warm engine; undefined looks for it on PATH. */
  readonly warmEngine: string | undefined;
  /** Engine runs at a time. */
  readonly concurrency: number;
  /** Milliseconds an engine run may take. */
  readonly runDeadline: number;
  /** Milliseconds a shutdown waits for runs under way. */
  readonly shutdownGrace: number;
  /** Address of the health and metrics server; port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

/** The environment does not make a configuration. Lists every variable that is wrong. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Engine runs at a time beyond the number of CPUs: while one waits for the cluster, another has its CPU. */
const SPARE_RUNS = 1;

/** Numbers of Python's logging module, which TM Forum's operators take in LOGGING. */
const pythonLevels = { "10": "debug", "20": "info", "30": "warn", "40": "error", "50": "error" } as const;
const namedLevels = { debug: "debug", info: "info", warning: "warn", warn: "warn", error: "error" } as const;

/**
 * Reads the configuration.
 *
 * @throws {@link ConfigError} naming each variable, its value and the rule.
 */
export function readConfig(env: NodeJS.ProcessEnv): WatcherConfig {
  const read = new EnvironmentReader(env);
  const istio = readIstio(read);
  const platform = read.platform("ODA_PLATFORM");
  const namespaces = read.namespaces("COMPONENT_NAMESPACE");
  const gateway = read.oneOf("ODA_GATEWAY", gatewayTypes) ?? "istio";
  const config: WatcherConfig = {
    namespaces,
    gateway,
    istio: { ...istio, ...platform.istio },
    azure: readAzure(read, platform, gateway),
    whalecloud: readWhalecloud(read, platform, namespaces),
    workload: platform.workload ?? {},
    rules: platform.rules,
    gatewayService: read.matching(
      "ODA_GATEWAY_SERVICE",
      (value) => SERVICE_NAME.test(value),
      "the namespace and the name of a Service, as namespace/name",
    ),
    monitoring: read.monitoring("OPENMETRICS_IMPLEMENTATION") ?? "ServiceMonitor",
    drift: read.oneOf("ODA_DRIFT", driftModes) ?? "correct",
    documents: readDocumentLimits(read),
    stateDir: read.text("ODA_STATE_DIR") ?? defaultStateDir(read.text("XDG_STATE_HOME")),
    backendUrl: read.text("PULUMI_BACKEND_URL"),
    secretsProvider: read.text("ODA_SECRETS_PROVIDER"),
    passphraseInEnvironment:
      env["PULUMI_CONFIG_PASSPHRASE"] !== undefined || env["PULUMI_CONFIG_PASSPHRASE_FILE"] !== undefined,
    engine: read.engine("ODA_ENGINE", "PULUMI_BACKEND_URL") ?? "auto",
    warmEngine: read.matching("ODA_WARM_ENGINE", isProgram, "the path of a program"),
    concurrency: read.integer("ODA_CONCURRENCY", 1, 64) ?? availableParallelism() + SPARE_RUNS,
    runDeadline: (read.integer("ODA_RUN_DEADLINE_SECONDS", 5, 3600) ?? 300) * 1000,
    shutdownGrace: (read.integer("ODA_SHUTDOWN_GRACE_SECONDS", 0, 600) ?? 25) * 1000,
    listen: read.listen("ODA_LISTEN") ?? { host: "0.0.0.0", port: 8080 },
    logLevel: read.mapped("LOGGING", { ...pythonLevels, ...namedLevels }) ?? "info",
  };
  if (read.problems.length > 0) throw new ConfigError(read.problems.join("\n"));
  return config;
}

function readIstio(read: EnvironmentReader): WatcherConfig["istio"] {
  const publicHostname = read.matching(
    "APIOPERATORISTIO_PUBLICHOSTNAME",
    isHost,
    "a host name or an IP address",
  );
  const gateway = read.matching(
    "APIOPERATORISTIO_COMPONENTGATEWAY",
    (value) => GATEWAY_NAME.test(value),
    "the name of an Istio Gateway, or namespace/name",
  );
  return {
    type: "istio",
    gateway: gateway ?? defaultIstioSettings.gateway,
    ...(publicHostname === undefined ? {} : { publicHostname }),
  };
}

function readDocumentLimits(read: EnvironmentReader): DocumentLimits {
  const names = (value: string): readonly string[] => value.split(",").map((each) => each.trim());
  const hosts = read.matching(
    "ODA_DOCUMENT_HOSTS",
    (value) => names(value).every((each) => isHost(each.replace(/^\*\./, ""))),
    "DNS names, *. and a DNS name, or IP addresses, separated by commas",
  );
  const allowLoopback = read.boolean("ODA_DOCUMENT_LOOPBACK") ?? false;
  return {
    ...defaultDocumentLimits,
    allowLoopback,
    ...(hosts === undefined ? {} : { hosts: names(hosts) }),
  };
}

function defaultStateDir(stateHome: string | undefined): string {
  return join(stateHome ?? join(homedir(), ".local", "state"), "oda-api");
}

/** A DNS name (RFC 1123), in lower case as Kubernetes writes them. */
const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** Two DNS labels (RFC 1123). */
const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const GATEWAY_NAME = new RegExp(`^([a-z0-9-]+/)?${DNS_NAME.source.slice(1)}`);

function isHost(value: string): boolean {
  return isIP(value) !== 0 || DNS_NAME.test(value);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
