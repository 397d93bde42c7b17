/** Gateways outside the cluster, for the tests of the watcher. */
import { defaultIstioSettings, type AzureApimSettings, type WhalecloudApigSettings } from "../../components";
import { GatewayCatalog, type GatewayType, type SettingsSource } from "../../watcher/gatewayCatalog";
import { azureExample } from "../support/azure/settings";

export const azure: AzureApimSettings = azureExample();

export const whalecloud: WhalecloudApigSettings = {
  type: "whalecloud-apig",
  endpoint: "http://apig.components:8080",
  ingress: { namespace: "components", name: "apig" },
  mock: true,
  timeout: 30,
};

/** Annotations by which an object chooses a gateway. */
export function behind(
  gateway: string,
  others: Readonly<Record<string, string>> = {},
): { annotations: Record<string, string> } {
  return { annotations: { "oda.tmforum.org/gateway": gateway, ...others } };
}

/** Settings of Azure API Management that a test decides. */
export class StubSettings implements SettingsSource {
  starts = 0;
  stopped = false;
  private answer: () => void = () => undefined;
  private onChange: () => void = () => undefined;
  private readonly answered = new Promise<void>((resolve) => (this.answer = resolve));

  constructor(
    private current?: AzureApimSettings | undefined,
    private trouble?: string | undefined,
  ) {
    if (current !== undefined || trouble !== undefined) this.answer();
  }

  settings(): AzureApimSettings | undefined {
    return this.current;
  }
  problem(): string | undefined {
    return this.trouble;
  }
  start(onChange: () => void): void {
    this.starts += 1;
    this.onChange = onChange;
  }
  refresh(): Promise<void> {
    return this.answered;
  }
  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }

  /** Has Key Vault answer: with other settings, or with what is wrong. */
  set(settings: AzureApimSettings | undefined, trouble?: string): void {
    [this.current, this.trouble] = [settings, trouble];
    this.onChange();
    this.answer();
  }
}

/** A catalog of all gateways. */
export function catalog(
  source: SettingsSource = new StubSettings(azure),
  usual: GatewayType = "istio",
): GatewayCatalog {
  return new GatewayCatalog({ default: usual, istio: defaultIstioSettings, azure: source, whalecloud });
}
