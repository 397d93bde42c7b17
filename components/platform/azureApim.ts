// `azureApim` of the platform file: the API Management service, and what all APIs have in common there.
import { type Field, foreignChangesModes, optional, type TextRule, TOKEN } from "../../spec";
import { type AzureApimPart, defaultAzureApimPart, type IdentityProviderPart } from "./azureApimPart";
import { readCluster } from "./azureCluster";
import { readAppInsights, readNamedValues, readProducts, readSubscriptions } from "./azureEntities";
import { ORIGIN, RESOURCE_GROUP, SERVICE_NAME, UUID, VAULT, vaultUrlOf } from "./azureNames";
import { block } from "./fields";

const KEYS = [
  "keyVault",
  "subscriptionId",
  "resourceGroup",
  "serviceName",
  "gatewayUrl",
  "developerPortalUrl",
  "tier",
  "apiIds",
  "cluster",
  "circuitBreaker",
  "subscriptionKey",
  "quotaPeriod",
  "maxValidatedBytes",
  "namedValues",
  "keyVaultIdentity",
  "appInsights",
  "products",
  "subscriptions",
  "foreignChanges",
];

const QUERY_PARAMETER: TextRule = {
  accepts: (text) => /^[-\w.~]{1,64}$/.test(text),
  rule: 'must be the name of a query parameter: at most 64 letters, digits, "-", ".", "_" and "~"',
};

/** Of a quota policy ("Set usage quota by key", Microsoft Learn). */
const QUOTA_PERIOD = { from: 300, to: 2 ** 31 - 1 } as const;

/** Of validation policies ("Validate content", Microsoft Learn). */
const VALIDATED_BYTES = { from: 1, to: 102_400 } as const;

/** A day is longer than any failure a circuit breaker is for. */
const SECONDS = { from: 1, to: 86_400 } as const;

const FAILURES = { from: 1, to: 10_000 } as const;

/**
 * Reads `azureApim`.
 *
 * @param jwt the providers that API Management can be told of
 */
export function readAzureApim(field: Field, jwt: readonly IdentityProviderPart[]): AzureApimPart {
  const apim = block(field, KEYS);
  const usual = defaultAzureApimPart;
  return {
    ...optional("subscriptionId", apim.get("subscriptionId").text(UUID)),
    ...optional("resourceGroup", apim.get("resourceGroup").text(RESOURCE_GROUP)),
    ...optional("serviceName", apim.get("serviceName").text(SERVICE_NAME)),
    ...optional("gatewayUrl", readOrigin(apim.get("gatewayUrl"))),
    ...optional("developerPortalUrl", readOrigin(apim.get("developerPortalUrl"))),
    tier: apim.get("tier").oneOf(["consumption", "standard", "v2"]) ?? usual.tier,
    apiIds: apim.get("apiIds").oneOf(["name", "namespace-name"]) ?? usual.apiIds,
    cluster: readCluster(apim.get("cluster")),
    ...optional("circuitBreaker", readCircuitBreaker(apim.get("circuitBreaker"))),
    jwt,
    subscriptionKey: readSubscriptionKey(apim.get("subscriptionKey")),
    quotaPeriod: apim.get("quotaPeriod").integer(QUOTA_PERIOD) ?? usual.quotaPeriod,
    maxValidatedBytes: apim.get("maxValidatedBytes").integer(VALIDATED_BYTES) ?? usual.maxValidatedBytes,
    namedValues: readNamedValues(apim.get("namedValues")),
    ...optional("keyVaultIdentity", apim.get("keyVaultIdentity").text(UUID)),
    ...optional("appInsights", readAppInsights(apim.get("appInsights"))),
    products: readProducts(apim.get("products")),
    subscriptions: readSubscriptions(apim.get("subscriptions")),
    foreignChanges: apim.get("foreignChanges").oneOf(foreignChangesModes) ?? usual.foreignChanges,
  };
}

/** Reads `azureApim.keyVault`, a name or a URL, as a URL. */
export function readKeyVaultUrl(azureApim: Field): string | undefined {
  const vault = azureApim.get("keyVault").text(VAULT);
  return vault === undefined ? undefined : vaultUrlOf(vault);
}

function readOrigin(field: Field): string | undefined {
  const url = field.text(ORIGIN);
  return url === undefined ? undefined : new URL(url).origin;
}

function readCircuitBreaker(field: Field): AzureApimPart["circuitBreaker"] {
  const breaker = block(field, ["failures", "interval", "trip"]);
  if (!breaker.isSet) return undefined;
  return {
    failures: breaker.get("failures").required().integer(FAILURES) ?? 0,
    interval: breaker.get("interval").required().integer(SECONDS) ?? 0,
    trip: breaker.get("trip").required().integer(SECONDS) ?? 0,
  };
}

function readSubscriptionKey(field: Field): AzureApimPart["subscriptionKey"] {
  const key = block(field, ["header", "query"]);
  const usual = defaultAzureApimPart.subscriptionKey;
  return {
    header: key.get("header").text(TOKEN) ?? usual.header,
    query: key.get("query").text(QUERY_PARAMETER) ?? usual.query,
  };
}
