// The table of policies of API Management: a new one is a file and an entry here.
import { requestedPolicies, type PolicyField } from "../../../spec";
import { type PolicyOutcome } from "../../gateway";
import { type Enforcement } from "../../istio/istioPolicy";
import { istioPolicies } from "../../istio/policies";
import { apiIdOf } from "../names";
import { clusterArgs, effectiveApi, isWayClosed, otherClassOf } from "../clusterSide";
import { apiKeyVerification } from "./apiKeys";
import { cors } from "./cors";
import { jwt } from "./jwt";
import { oasValidation } from "./oasValidation";
import { type AzureApimArgs, type AzureApimPolicy, type PolicyResult } from "./policy";
import { quota } from "./quota";
import { rateLimit } from "./rateLimit";
import { template } from "./template";

/** What none of its policies sees, where the cluster's gateway takes requests from everywhere. */
const PAST = "requests that come past API Management, by the cluster's gateway";

/** In the order in which API Management applies them. What is refused for its token is not counted. */
const azureApimPolicies: Readonly<Record<Exclude<PolicyField, "mtls" | "networkPolicy">, AzureApimPolicy>> = {
  CORS: cors,
  apiKeyVerification,
  jwt,
  rateLimit,
  quota,
  OASValidation: oasValidation,
  template,
};

type GatewayPolicy = keyof typeof azureApimPolicies;

/** The results of the policies that an API asks API Management for, in the order in which they are applied. */
export function gatewayResults(
  args: AzureApimArgs,
): readonly (PolicyResult & { readonly policy: GatewayPolicy })[] {
  const requested = requestedPolicies(args.api);
  return (Object.keys(azureApimPolicies) as GatewayPolicy[])
    .filter((policy) => requested.includes(policy))
    .map((policy) => ({ policy, ...azureApimPolicies[policy](args) }));
}

/** See `Gateway.policies`. What the Pods of the implementation take is enforced in the cluster, as behind Istio. */
export function azureApimOutcomes(args: AzureApimArgs): readonly PolicyOutcome[] {
  const results = gatewayResults(args);
  return requestedPolicies(effectiveApi(args)).flatMap((policy) => {
    if (policy === "mtls" || policy === "networkPolicy") return [{ policy, ...podOutcome(policy, args) }];
    const result = results.find((each) => each.policy === policy);
    return result === undefined ? [] : [outcomeOf(policy, result, args)];
  });
}

function podOutcome(policy: "mtls" | "networkPolicy", args: AzureApimArgs): Enforcement {
  const className = otherClassOf(args.settings);
  if (className === undefined) return istioPolicies[policy].enforcement(clusterArgs(args));
  return {
    because: `needs requests to come from the Istio gateway, and the Ingress is of the class ${className}`,
  };
}

function outcomeOf(
  policy: GatewayPolicy,
  { enforcedBy, without, because }: PolicyResult,
  { api, settings }: AzureApimArgs,
): PolicyOutcome {
  if (enforcedBy === undefined) return { policy, ...(because === undefined ? {} : { because }) };
  const where = policy === "apiKeyVerification" ? "Api" : "ApiPolicy of API";
  const missing = [...(without === undefined ? [] : [without]), ...(isWayClosed(settings) ? [] : [PAST])];
  return {
    policy,
    enforcedBy: `${where} ${apiIdOf(api, settings)}: ${enforcedBy}`,
    ...(missing.length === 0 ? {} : { without: missing.join(", and ") }),
  };
}
