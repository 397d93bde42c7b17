import { type GatewaySettings } from "../components";

/** Everything besides the API itself that decides which resources exist. Part of the reconcile hash. */
export interface ApiSettings {
  /** The gateway that exposes the API. */
  readonly gateway: GatewaySettings;
}
