// The table of policies of API Management: a new one is a file and an entry here.
import { requestedPolicies, type PolicyField } from "../../../spec";
import { type PolicyOutcome } from "../../gateway";
import { istioPolicies } from "../../istio/policies";
import { apiIdOf } from "../names";
import { clusterArgs, effectiveApi } from "../clusterSide";
import { apiKeyVerification } from "./apiKeys";
import { cors } from "./cors";
import { jwt } from "./jwt";
import { oasValidation } from "./oasValidation";
import { type AzureApimArgs, type AzureApimPolicy, type PolicyResult } from "./policy";
import { quota } from "./quota";
import { rateLimit } from "./rateLimit";
import { template } from "./template";

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
    if (policy === "mtls" || policy === "networkPolicy")
      return [{ policy, ...istioPolicies[policy].enforcement(clusterArgs(args)) }];
    const result = results.find((each) => each.policy === policy);
    return result === undefined ? [] : [outcomeOf(policy, result, args)];
  });
}

function outcomeOf(
  policy: GatewayPolicy,
  { enforcedBy, without, because }: PolicyResult,
  { api, settings }: AzureApimArgs,
): PolicyOutcome {
  const where = policy === "apiKeyVerification" ? "Api" : "ApiPolicy of API";
  return {
    policy,
    ...(enforcedBy === undefined ? {} : { enforcedBy: `${where} ${apiIdOf(api, settings)}: ${enforcedBy}` }),
    ...(without === undefined ? {} : { without }),
    ...(because === undefined ? {} : { because }),
  };
}
