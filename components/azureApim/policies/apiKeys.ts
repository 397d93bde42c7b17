// spec.apiKeyVerification: subscription keys, which are part of the Api and not of its policy.
import { type AzureApimArgs, type PolicyResult } from "./policy";

/** A key is taken from the header and from the query parameter: API Management has no way to take only one. */
export function apiKeyVerification({ api, settings }: AzureApimArgs): PolicyResult {
  const { header, query } = settings.subscriptionKey;
  const { location } = api.apiKeyVerification;
  const isKnown = location === undefined || ["header", "query"].includes(location.toLowerCase());
  return {
    enforcedBy: `subscription keys in the header ${header} or the query parameter ${query}`,
    ...(isKnown ? {} : { without: `a key at ${JSON.stringify(location)}, where API Management takes none` }),
  };
}
