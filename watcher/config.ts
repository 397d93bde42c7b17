// Configuration of the watcher, from the environment. Names of TM Forum's operators keep their meaning.
import { accessSync, constants, statSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  defaultIstioSettings,
  gatewayTypes,
  monitoringTypes,
  noPlatform,
  PlatformError,
  readMonitoringType,
  type AzureApimPart,
  type GatewaySettings,
  type IstioSettings,
  type MonitoringType,
  type GatewayWorkload,
  type Platform,
  type WhalecloudApigSettings,
} from "../components";
import { type PlatformRules } from "../spec";
import { readPlatformFile, type EngineChoice } from "../stack";
import { driftModes, type DriftMode } from "./drift/driftDetector";

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

/** What is known of Azure API Management before Key Vault is asked. */
export interface AzureConfig {
  readonly part: AzureApimPart;
  /** URL of the Key Vault; undefined where the environment and the platform file name none. */
  readonly vaultUrl?: string;
}

/** The environment does not make a configuration. Lists every variable that is wrong. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const engineChoices: readonly EngineChoice[] = ["auto", "warm", "cli"];

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
  const publicHostname = read.matching(
    "APIOPERATORISTIO_PUBLICHOSTNAME",
    isHost,
    "a host name or an IP address",
  );
  const platform = read.platform("ODA_PLATFORM");
  const config: WatcherConfig = {
    namespaces: read.namespaces("COMPONENT_NAMESPACE"),
    gateway: read.oneOf("ODA_GATEWAY", gatewayTypes) ?? "istio",
    istio: {
      type: "istio",
      gateway:
        read.matching(
          "APIOPERATORISTIO_COMPONENTGATEWAY",
          (value) => GATEWAY_NAME.test(value),
          "the name of an Istio Gateway, or namespace/name",
        ) ?? defaultIstioSettings.gateway,
      ...(publicHostname === undefined ? {} : { publicHostname }),
      ...platform.istio,
    },
    azure: { part: platform.azureApim },
    whalecloud: {
      type: "whalecloud-apig",
      endpoint: "http://apig-operator-uportal.components:8080",
      mock: false,
      timeout: 30,
    },
    workload: platform.workload ?? {},
    rules: platform.rules,
    gatewayService: read.matching(
      "ODA_GATEWAY_SERVICE",
      (value) => SERVICE_NAME.test(value),
      "the namespace and the name of a Service, as namespace/name",
    ),
    monitoring: read.monitoring("OPENMETRICS_IMPLEMENTATION") ?? "ServiceMonitor",
    drift: read.oneOf("ODA_DRIFT", driftModes) ?? "correct",
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
    logLevel: read.level("LOGGING") ?? "info",
  };
  read.finish();
  return config;
}

function defaultStateDir(stateHome: string | undefined): string {
  return join(stateHome ?? join(homedir(), ".local", "state"), "oda-api");
}

/** A DNS name (RFC 1123), in lower case as Kubernetes writes them. */
const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** A DNS label (RFC 1123). */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
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

/** Reads variables one by one and collects what is wrong with them. An empty variable is an unset one. */
class EnvironmentReader {
  private readonly problems: string[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  text(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === "" ? undefined : value;
  }

  matching(name: string, fits: (value: string) => boolean, rule: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || fits(value)) return value;
    this.refuse(name, value, rule);
    return undefined;
  }

  namespaces(name: string): readonly string[] | undefined {
    const value = this.text(name) ?? "components";
    const names = value
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
    const fits = names.length > 0 && names.every((each) => each === "*" || NAMESPACE.test(each));
    if (!fits) this.refuse(name, value, "names of namespaces separated by commas, or *");
    return names.includes("*") ? undefined : [...new Set(names)];
  }

  oneOf<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const value = this.text(name);
    const found = allowed.find((candidate) => candidate === value);
    if (value !== undefined && found === undefined) this.refuse(name, value, `one of ${allowed.join(", ")}`);
    return found;
  }

  monitoring(name: string): MonitoringType | undefined {
    const value = this.text(name);
    const type = value === undefined ? undefined : readMonitoringType(value);
    if (value !== undefined && type === undefined) {
      this.refuse(name, value, `one of ${monitoringTypes.join(", ")}`);
    }
    return type;
  }

  /** @param backend name of the variable with the URL of the state, which not every engine reaches */
  engine(name: string, backend: string): EngineChoice | undefined {
    const choice = this.oneOf(name, engineChoices);
    if (choice === "warm" && /^https?:/i.test(this.text(backend) ?? "")) {
      this.refuse(
        name,
        choice,
        `auto or cli while ${backend} is Pulumi Cloud, which only the Pulumi CLI works with`,
      );
    }
    return choice;
  }

  integer(name: string, min: number, max: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    this.refuse(name, value, `an integer from ${min} to ${max}`);
    return undefined;
  }

  listen(name: string): WatcherConfig["listen"] | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const [, host = "", port] = /^(?:(.*):)?(\d+)$/.exec(value) ?? [];
    if (port !== undefined && Number(port) <= 65535) {
      return { host: host === "" ? "0.0.0.0" : host.replace(/^\[|\]$/g, ""), port: Number(port) };
    }
    this.refuse(name, value, "[host:]port");
    return undefined;
  }

  platform(name: string): Platform {
    const file = this.text(name);
    if (file === undefined) return noPlatform;
    try {
      return readPlatformFile(file);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      this.problems.push(...error.problems.map((problem) => `${name}: ${problem}`));
      return noPlatform;
    }
  }

  level(name: string): WatcherConfig["logLevel"] | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    const levels: Readonly<Record<string, WatcherConfig["logLevel"]>> = { ...pythonLevels, ...namedLevels };
    const level = levels[value];
    if (level === undefined) this.refuse(name, value, `one of ${Object.keys(levels).join(", ")}`);
    return level;
  }

  finish(): void {
    if (this.problems.length > 0) throw new ConfigError(this.problems.join("\n"));
  }

  private refuse(name: string, value: string, rule: string): void {
    this.problems.push(`${name}: ${JSON.stringify(value)} must be ${rule}`);
  }
}
