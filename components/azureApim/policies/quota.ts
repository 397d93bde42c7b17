// spec.quota: the policy quota-by-key.
import { quotaIdentifier } from "../../../spec";
import { counterKey } from "./counterKey";
import { element, type AzureApimArgs, type PolicyResult } from "./policy";
import { MAX_CALLS, NO_COUNTERS } from "./rateLimit";

/** The spec has no period: the platform has one for all quotas. */
export function quota(args: AzureApimArgs): PolicyResult {
  const { api, settings } = args;
  if (settings.tier === "consumption") return { because: NO_COUNTERS };
  if (settings.tier === "v2")
    return { because: "cannot be counted by key in the v2 tiers of API Management" };
  const identifier = quotaIdentifier(api.quota);
  if (identifier === undefined)
    return { because: "has an identifier that is neither IP, a header nor a claim" };
  const key = counterKey(identifier, "quota", args);
  if ("because" in key) return key;
  const policy = element("quota-by-key", {
    calls: Math.min(api.quota.limit ?? MAX_CALLS, MAX_CALLS),
    "renewal-period": settings.quotaPeriod,
    "counter-key": key,
  });
  return { enforcedBy: `quota-by-key, for each ${settings.quotaPeriod} seconds`, inbound: [policy] };
}
