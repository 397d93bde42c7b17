// spec.rateLimit: the policy rate-limit-by-key.
import { counterKey } from "./counterKey";
import { element, type AzureApimArgs, type PolicyResult } from "./policy";

/** Most calls there: a number of 32 bits. */
export const MAX_CALLS = 2 ** 31 - 1;

/** Consumption has neither rate limits nor quotas by key; the v2 tiers have no quotas by key. */
export const NO_COUNTERS = "cannot be counted by key in the Consumption tier of API Management";

export function rateLimit(args: AzureApimArgs): PolicyResult {
  const { identifier, limit = MAX_CALLS, interval } = args.api.rateLimit;
  if (args.settings.tier === "consumption") return { because: NO_COUNTERS };
  const key = counterKey(identifier, "rate", args);
  if ("because" in key) return key;
  const policy = element("rate-limit-by-key", {
    calls: Math.min(limit, MAX_CALLS),
    "renewal-period": interval === "pm" ? 60 : 1,
    "counter-key": key,
    "remaining-calls-header-name": "x-ratelimit-remaining",
    "total-calls-header-name": "x-ratelimit-limit",
  });
  return {
    enforcedBy: "rate-limit-by-key; each gateway of the service counts on its own",
    inbound: [policy],
  };
}
