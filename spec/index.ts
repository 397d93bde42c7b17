/** The exposed API as a model: types, parser, errors. Imports no other room of the project. */
export { canonicalJson } from "./canonicalJson";
export { CIDR } from "./cidr";
export { readCors } from "./cors";
export { type FieldError, formatFieldError, InvalidSpecError } from "./errors";
export { Field, isObject } from "./field";
export {
  type ApiDocument,
  type ApiKeyVerification,
  type ApiType,
  type BasicAuth,
  COMPONENT_NAME_LABEL,
  type Cors,
  type ExposedApi,
  FOREIGN_CHANGES_ANNOTATION,
  type ForeignChanges,
  foreignChangesModes,
  GATEWAY_ANNOTATION,
  GROUP,
  JWT_ANNOTATION,
  lockablePolicies,
  type LockablePolicy,
  MONITORING_ANNOTATION,
  MTLS_ANNOTATION,
  type MtlsMode,
  NETWORK_POLICY_ANNOTATION,
  type NetworkAccess,
  type OasValidation,
  type Quota,
  type RateLimit,
  type RateLimitIdentifier,
  type ResourceKind,
  type Segment,
} from "./model";
export { DNS_LABEL, DNS_SUBDOMAIN, HOST_NAME, LABEL_VALUE, PLAIN_TEXT, type TextRule } from "./names";
export { optional } from "./optional";
export { parseExposedApi } from "./parse";
export { noRules, type PlatformRules, type PolicyDefaults } from "./platform";
export { readRateLimit } from "./policies";
export { quotaIdentifier } from "./rateLimitIdentifier";
export { policyPlace, type PolicyField, requestedPolicies } from "./requestedPolicies";
export { asLabel, shortDigest, shortened } from "./shortened";
export { HTTP_URL, TOKEN } from "./web";
