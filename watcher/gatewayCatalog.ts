// The gateways that APIs can be exposed through, each with its settings as they are now.
import {
  isGatewayType,
  type AzureApimSettings,
  type GatewaySettings,
  type IstioSettings,
  type WhalecloudApigSettings,
} from "../components";
import { settingsUnknownProblem } from "./gatewayMessages";
import { type Problem } from "./reasons";

export type GatewayType = GatewaySettings["type"];

/**
 * Settings of a gateway; why they are not there; or that they are about to be known, which is nothing to tell anybody.
 */
export type KnownSettings = GatewaySettings | { readonly unavailable: Problem } | "NotYet";

/** Settings that are made known over time, as `AzureSettingsSource` does. */
export interface SettingsSource {
  readonly settings: () => AzureApimSettings | undefined;
  /** Why there are none, or why they could not be read the last time. */
  readonly problem: () => string | undefined;
  /** Begins to read them, and goes on; tells of each change. */
  readonly start: (onChange: () => void) => void;
  /** Resolves when they were read, or could not be. */
  readonly refresh: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Where an Ingress is. */
export interface IngressName {
  readonly namespace: string;
  readonly name: string;
}

/** What a catalog is made with. */
export interface GatewayCatalogOptions {
  /** The gateway of an API that names none. */
  readonly default: GatewayType;
  /** Istio in the cluster; its settings are there also where it is not installed. */
  readonly istio: IstioSettings;
  readonly azure?: SettingsSource;
  readonly whalecloud?: WhalecloudApigSettings;
}

/** Milliseconds after which settings that are not there yet are a problem. */
const ANSWERS_WITHIN = 10_000;

/** The gateways of an installation. Those whose settings are elsewhere are read once an API asks for them. */
export class GatewayCatalog {
  readonly default: GatewayType;
  readonly istio: IstioSettings;
  private azure: "unused" | "asked" | "answered" = "unused";
  private tell: (type: GatewayType) => void = () => undefined;

  constructor(private readonly options: GatewayCatalogOptions) {
    this.default = options.default;
    this.istio = options.istio;
  }

  /** Has this called for each gateway whose settings are others than before. */
  onChange(tell: (type: GatewayType) => void): void {
    this.tell = tell;
  }

  /** Costs nothing, however many APIs ask. */
  settingsOf(type: GatewayType): KnownSettings {
    switch (type) {
      case "istio":
        return this.istio;
      case "whalecloud-apig":
        return this.options.whalecloud ?? unavailable(type, "it is not configured");
      case "azure-apim":
        return this.azureSettings();
    }
  }

  /** As {@link settingsOf}, for a name in a status: the first to ask for those in Key Vault has them read. Undefined where there are none. */
  find(name: string): GatewaySettings | undefined {
    const known = isGatewayType(name) ? this.settingsOf(name) : "NotYet";
    return known === "NotYet" || "unavailable" in known ? undefined : known;
  }

  /** The Ingresses of the platform at which clients reach a gateway. */
  get ingresses(): readonly IngressName[] {
    const { whalecloud } = this.options;
    return whalecloud?.ingress === undefined ? [] : [whalecloud.ingress];
  }

  /** What is known without asking anybody, for the log. */
  describe(): object {
    const { istio, whalecloud } = this.options;
    return { default: this.default, istio, ...(whalecloud === undefined ? {} : { whalecloud }) };
  }

  async stop(): Promise<void> {
    await this.options.azure?.stop();
  }

  private azureSettings(): KnownSettings {
    const { azure } = this.options;
    if (azure === undefined) return unavailable("azure-apim", "it is not configured");
    if (this.azure === "unused") this.startAzure(azure);
    const settings = azure.settings();
    if (settings !== undefined) return settings;
    return this.azure === "asked"
      ? "NotYet"
      : unavailable("azure-apim", azure.problem() ?? "its settings are not known");
  }

  private startAzure(azure: SettingsSource): void {
    this.azure = azure.settings() === undefined ? "asked" : "answered";
    azure.start(() => {
      this.answered();
    });
    // A first answer that was told already is not told again.
    const unlessAnswered = (): void => {
      if (this.azure === "asked") this.answered();
    };
    void azure.refresh().then(unlessAnswered);
    setTimeout(unlessAnswered, ANSWERS_WITHIN).unref();
  }

  private answered(): void {
    this.azure = "answered";
    this.tell("azure-apim");
  }
}

function unavailable(type: GatewayType, why: string): { readonly unavailable: Problem } {
  return { unavailable: settingsUnknownProblem(type, why) };
}
