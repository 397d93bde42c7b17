import {
  type ApiContext,
  type GatewaySettings,
  type KeptGateway,
  type MonitoringSettings,
} from "../components";

export { type KeptGateway };

/** Everything besides the API itself that decides which resources exist. Part of the reconcile hash. */
export interface ApiSettings {
  /** The gateway that exposes the API. */
  readonly gateway: GatewaySettings;
  /** How its metrics are announced. Absent where it serves none, so that no hash of such an API depends on it. */
  readonly monitoring?: MonitoringSettings;
  /** What the cluster says of the API, as far as its gateway and its policies depend on it. */
  readonly context?: ApiContext;
  /** The gateway before, while the new one waits for a part of the context. */
  readonly keep?: KeptGateway;
}
