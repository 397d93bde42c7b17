// What the platform team writes once for all APIs, as the rest of the program takes it.
import { noRules, type PlatformRules } from "../../spec";
import { type GatewayWorkload, type IstioSettings } from "../istio/settings";
import { type WhalecloudApigSettings } from "../whalecloudApig/settings";
import { type AzureApimPart, defaultAzureApimPart } from "./azureApimPart";

/** A platform file that was read. */
export interface Platform {
  /** What holds for the policies of every API. */
  readonly rules: PlatformRules;
  /** What the file says of the gateway; a part that it leaves out is absent. */
  readonly istio: Pick<IstioSettings, "workload" | "jwt" | "apiKeys" | "tls">;
  /** What the file itself says of `istio.workload`: the rest of that is what is usual. */
  readonly workload?: Partial<GatewayWorkload>;
  /** What the file says of Azure API Management, with the providers of tokens; the defaults where it says nothing. */
  readonly azureApim: AzureApimPart;
  /** URL of the Key Vault that the file names, `https://host[:port]`. */
  readonly keyVaultUrl?: string;
  /** What the file says of the WhaleCloud API gateway. */
  readonly whalecloudApig?: Partial<WhalecloudApigSettings>;
}

/** What holds where there is no platform file. */
export const noPlatform: Platform = { rules: noRules, istio: {}, azureApim: defaultAzureApimPart };

/** A platform file cannot be used. Each problem is one line; most are `field: value rule`. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";

  /** @param problems all that is wrong, at least one */
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}
