// Which policies an API asks its gateway for, and where an object asks for each.
import { type ExposedApi, JWT_ANNOTATION, MTLS_ANNOTATION, NETWORK_POLICY_ANNOTATION } from "./model";

/** A policy that a gateway is asked for: a field of the spec, spelt as in the CRD, or what an annotation asks for. */
export type PolicyField =
  | "CORS"
  | "rateLimit"
  | "quota"
  | "apiKeyVerification"
  | "OASValidation"
  | "template"
  | "jwt"
  | "mtls"
  | "networkPolicy";

/**
 * The policies that are asked of a gateway, in the order of {@link PolicyField}: what is enabled, a quota with a
 * limit, OASValidation with any of its flags, a template with a name, tokens of any provider, and what the annotations
 * or the platform's defaults ask for.
 */
export function requestedPolicies(api: ExposedApi): readonly PolicyField[] {
  const asked: readonly (readonly [PolicyField, boolean])[] = [
    ["CORS", api.cors.enabled],
    ["rateLimit", api.rateLimit.enabled],
    ["quota", api.quota.limit !== undefined],
    ["apiKeyVerification", api.apiKeyVerification.enabled],
    ["OASValidation", Object.values(api.oasValidation).includes(true)],
    ["template", api.template !== undefined],
    ["jwt", api.jwt.length > 0],
    ["mtls", api.mtls !== undefined],
    ["networkPolicy", api.networkPolicy !== undefined],
  ];
  return asked.filter(([, isAsked]) => isAsked).map(([field]) => field);
}

const ANNOTATIONS = {
  jwt: JWT_ANNOTATION,
  mtls: MTLS_ANNOTATION,
  networkPolicy: NETWORK_POLICY_ANNOTATION,
} as const;

/** Where an object asks for a policy, as messages name it: `spec.rateLimit`, or the annotation, `oda.tmforum.org/jwt`. */
export function policyPlace(policy: PolicyField): string {
  const annotations: Readonly<Partial<Record<PolicyField, string>>> = ANNOTATIONS;
  return annotations[policy] ?? `spec.${policy}`;
}
