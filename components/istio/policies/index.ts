// The table of policies behind Istio: a new one is a file and an entry here, in the order of their filters.
import { type PolicyField } from "../../../spec";
import { type IstioPolicy } from "../istioPolicy";
import { apiKeyVerification } from "./apiKeys";
import { cors } from "./cors";
import { jwt } from "./jwt";
import { mtls } from "./mtls";
import { networkPolicy } from "./networkPolicy";
import { rateLimit } from "./rateLimit";
import { oasValidation, quota, template } from "./unsupported";

export const istioPolicies: Readonly<Record<PolicyField, IstioPolicy>> = {
  CORS: cors,
  // What is refused for its token is not counted.
  jwt,
  rateLimit,
  quota,
  apiKeyVerification,
  OASValidation: oasValidation,
  template,
  mtls,
  networkPolicy,
};
