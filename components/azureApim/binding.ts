// What the status of an API says of API Management.
import { optional, type ApiDocument, type ExposedApi, type RateLimitIdentifier } from "../../spec";
import { type GatewayBinding } from "../gateway";
import { type AzureApimArgs } from "./policies/policy";

/**
 * `status.apimBind`: what was registered, as TM Forum's Azure operator writes it, and where it is.
 *
 * @param revision of the API in API Management
 */
export function bindingOf({ api, settings }: AzureApimArgs, revision: string | undefined): GatewayBinding {
  const { gatewayUrl, developerPortalUrl } = settings;
  return {
    field: "apimBind",
    value: {
      spec: registered(api),
      gatewayUrl,
      developerPortalUrl,
      ...(revision === undefined ? {} : { revision }),
    },
  };
}

/** What was registered, in the fields and types of TM Forum's CRD; `specification` is one text. */
function registered({
  path,
  apiName,
  specification,
  implementation,
  port,
  rateLimit,
  cors,
}: ExposedApi): object {
  return {
    path,
    name: apiName,
    ...optional("specification", placeOf(specification[0])),
    implementation,
    port,
    rateLimit: {
      enabled: rateLimit.enabled,
      identifier: identifierText(rateLimit.identifier),
      ...optional("limit", rateLimit.limit?.toString()),
      interval: rateLimit.interval,
    },
    CORS: corsFields(cors),
  };
}

function corsFields({
  enabled,
  allowCredentials,
  allowOrigins,
  handlePreflightRequests,
}: ExposedApi["cors"]) {
  const { allowHeaders, allowMethods, ...preflight } = handlePreflightRequests;
  const lists = { allowHeaders: csv(allowHeaders), allowMethods: csv(allowMethods) };
  return {
    enabled,
    allowCredentials,
    allowOrigins: csv(allowOrigins),
    handlePreflightRequests: { ...preflight, ...lists },
  };
}

/** The CRD has its lists as texts. */
function csv(texts: readonly string[]): string {
  return texts.join(", ");
}

/** As `readIdentifier` takes it. */
function identifierText(identifier: RateLimitIdentifier): string {
  return identifier.type === "ip" ? "IP" : `${identifier.type}:${identifier.name}`;
}

/**
 * Where the document is. A query is left out, as it may be a signature by which anybody may read (a shared access
 * signature of Azure Storage); a document that is in the spec itself is too large for a status.
 */
function placeOf({ url, configMap }: ApiDocument = {}): string | undefined {
  if (url !== undefined) return url.replace(/[?#].*$/s, "");
  return configMap === undefined ? undefined : `configmap:${configMap.name}/${configMap.key}`;
}
