// spec.template: a policy fragment that the platform team keeps in API Management.
import { element, type AzureApimArgs, type PolicyResult } from "./policy";

/** Ids of entities have at most 80 characters. */
const FRAGMENT_ID = /^[A-Za-z0-9_-]{1,80}$/;

export function template({ api: { template: id = "" } }: AzureApimArgs): PolicyResult {
  if (!FRAGMENT_ID.test(id))
    return { because: 'must be the id of a policy fragment: at most 80 letters, digits, "-" and "_"' };
  return {
    enforcedBy: `include-fragment ${id}`,
    inbound: [element("include-fragment", { "fragment-id": id })],
  };
}
