/** The exposed API as a model: types, parser, errors. Imports no other room of the project. */
export { canonicalJson } from "./canonicalJson";
export { type FieldError, formatFieldError, InvalidSpecError } from "./errors";
export {
  type ApiDocument,
  type ApiKeyVerification,
  type ApiType,
  type BasicAuth,
  COMPONENT_NAME_LABEL,
  type Cors,
  type ExposedApi,
  GATEWAY_ANNOTATION,
  GROUP,
  MONITORING_ANNOTATION,
  type OasValidation,
  type Quota,
  type RateLimit,
  type ResourceKind,
  type Segment,
} from "./model";
export { parseExposedApi } from "./parse";
export { type PolicyField, requestedPolicies } from "./requestedPolicies";
export { shortened } from "./shortened";
