// The environment of the warm engine's process, which holds everything that is secret about its backend.
import { backendVariables, type BackendSettings } from "../backend";

/** Settings that the environment may override. */
const defaults = {
  // All runs share one provider process, and its limit of requests to the API server; the usual limit is for one run.
  PULUMI_K8S_CLIENT_QPS: "200",
  PULUMI_K8S_CLIENT_BURST: "400",
  // Collecting garbage less often is a twentieth more runs, for some tens of megabytes.
  GOGC: "300",
} as const;

/** The environment of this process, and what the engine needs for its backend. */
export function engineEnvironment(
  backend: BackendSettings,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  return {
    ...defaults,
    ...environment,
    ...backendVariables(backend),
    PULUMI_DIY_BACKEND_NO_LEGACY_WARNING: "true",
  };
}
