// By what API Management tells the clients of a limit apart.
import { type RateLimitIdentifier } from "../../../spec";
import { TOKEN_VARIABLE } from "./jwt";
import { type AzureApimArgs, type Expression } from "./policy";
import { isName } from "./texts";

/** Name of a header that stands for the subscription, whatever header has its key. */
const SUBSCRIPTION = "subscription";

/** An expression that gives the key of a counter, or why there is none. */
export type CounterKey = Expression | { readonly because: string };

/**
 * Counters are shared by all APIs of a service, and here by its rate limits and quotas: a key begins with the API and
 * the kind of the limit. Of the spec only a name is in the expression, between quotation marks.
 */
export function counterKey(
  identifier: RateLimitIdentifier,
  limit: "rate" | "quota",
  { api, settings }: AzureApimArgs,
): CounterKey {
  if (identifier.type === "ip") return keyOf(limit, "ip", "context.Request.IpAddress");
  const { type, name } = identifier;
  if (type === "header" && isSubscription(name, settings.subscriptionKey.header))
    return keyOf(limit, SUBSCRIPTION, '(context.Subscription?.Id ?? "")');
  if (!isName(name))
    return {
      because: `counts by the ${type} ${quoted(name)}, and only letters, digits, "-" and "_" can be in its name`,
    };
  if (type === "header")
    return keyOf(limit, name, `context.Request.Headers.GetValueOrDefault("${name}", "")`);
  if (api.jwt.length === 0) return { because: `counts by the claim ${name}, and the API asks for no token` };
  const claims = `((Jwt)context.Variables["${TOKEN_VARIABLE}"]).Claims`;
  return keyOf(limit, `claim-${name}`, `${claims}.GetValueOrDefault("${name}", "")`);
}

function isSubscription(name: string, keyHeader: string): boolean {
  return name === SUBSCRIPTION || name === keyHeader.toLowerCase();
}

function keyOf(limit: string, kind: string, value: string): CounterKey {
  return { expression: `@(context.Api.Id + ":${limit}:${kind}:" + ${value})` };
}

/** A name that is not in a document, in a message: its first characters. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}
