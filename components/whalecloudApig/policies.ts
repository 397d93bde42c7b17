// What becomes of the policies of an API behind the WhaleCloud API gateway: it is told of none.
import { requestedPolicies, type ExposedApi, type PolicyField } from "../../spec";
import { type PolicyOutcome } from "../gateway";

const azure = "the gateway azure-apim enforces it";
const both = "the gateways istio and azure-apim enforce it";

/** Who could enforce each policy. */
const elsewhere: Readonly<Record<PolicyField, string>> = {
  CORS: both,
  rateLimit: both,
  quota: azure,
  apiKeyVerification: both,
  OASValidation: azure,
  template: azure,
  jwt: both,
  mtls: both,
  networkPolicy: both,
};

/** See `Gateway.policies`. The request that binds an API has a path, a name, a document, a Service and a port. */
export function apigOutcomes(api: ExposedApi): readonly PolicyOutcome[] {
  return requestedPolicies(api).map((policy) => ({
    policy,
    because: `is not told to the WhaleCloud API gateway, whose request to bind an API has no field for it; ${elsewhere[policy]}`,
  }));
}
