// Policies of the spec that nothing behind Istio enforces.
import { type IstioPolicy } from "../istioPolicy";

function unsupported(why: string): IstioPolicy {
  return { enforcement: () => ({ because: why }) };
}

/** Envoy's counters last as long as its process, and have no period of days. */
export const quota = unsupported("cannot be counted by Istio; the gateway azure-apim enforces quotas");

export const oasValidation = unsupported("is not checked by Istio; the gateway azure-apim checks documents");

export const template = unsupported(
  "names a policy template, and Istio has none; the gateway azure-apim has policy fragments",
);
