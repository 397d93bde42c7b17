import { type ExposedApi } from "./model";

/** The spec's field that asks a gateway for a policy, spelt as in the CRD. */
export type PolicyField =
  "CORS" | "rateLimit" | "quota" | "apiKeyVerification" | "OASValidation" | "template";

/**
 * The policies the spec asks a gateway for, in the order of {@link PolicyField}: what is enabled, a quota with a
 * limit, OASValidation with any of its flags, a template with a name.
 */
export function requestedPolicies(api: ExposedApi): readonly PolicyField[] {
  const asked: readonly (readonly [PolicyField, boolean])[] = [
    ["CORS", api.cors.enabled],
    ["rateLimit", api.rateLimit.enabled],
    ["quota", api.quota.limit !== undefined],
    ["apiKeyVerification", api.apiKeyVerification.enabled],
    ["OASValidation", Object.values(api.oasValidation).includes(true)],
    ["template", api.template !== undefined],
  ];
  return asked.filter(([, isAsked]) => isAsked).map(([field]) => field);
}
