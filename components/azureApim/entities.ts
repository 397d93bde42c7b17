// The entities of one API in API Management, as plain data: arguments of the resources.
import type * as apim from "@pulumi/azure-native/apimanagement";
import type { apimanagement as inputs } from "@pulumi/azure-native/types/input";
import { optional, shortened } from "../../spec";
import { anyPathOperations, hasDocument, type AnyPath } from "./document";
import { apiIdOf, entityIdOf, inService, linkIdOf, markOf, resourceId } from "./names";
import { policyDocument } from "./policies/policyDocument";
import { providersOf } from "./policies/jwt";
import { type AzureApimArgs } from "./policies/policy";
import { type CircuitBreaker } from "./settings";
import { pathThere } from "./versions";

/** Longest display name. */
const MAX_DISPLAY_NAME = 300;

/**
 * A name that is nowhere (RFC 2606, section 2). What an API that asks for tokens has for its own backend: requests reach
 * the implementation by its policy alone, which names the Backend. Resource Manager has no way to create an Api together
 * with its policy; so there is no moment, at its creation or after somebody has deleted the policy, in which it is open.
 */
const NO_BACKEND = "https://policy.invalid";

/** Every header and every value of a query. */
const HIDDEN: inputs.DataMaskingArgs = {
  headers: [{ value: "*", mode: "Hide" }],
  queryParams: [{ value: "*", mode: "Hide" }],
};

/** The version set of an API that has one. */
export function versionSetArgs(args: AzureApimArgs): apim.ApiVersionSetArgs | undefined {
  if (pathThere(args).version === undefined) return undefined;
  const versionSetId = entityIdOf(apiIdOf(args.api, args.settings));
  return {
    ...inService(args.settings),
    versionSetId,
    displayName: displayNameOf(args),
    versioningScheme: "Segment",
    ...optional("description", markOf(args.owner)),
  };
}

/** @param backend `scheme://host[:port]` of the route in the cluster */
export function backendArgs({ api, settings, owner }: AzureApimArgs, backend: string): apim.BackendArgs {
  const { cluster, circuitBreaker } = settings;
  const certificate = cluster.type === "istio" ? cluster.mutualTls?.certificateId : undefined;
  return {
    ...inService(settings),
    backendId: entityIdOf(apiIdOf(api, settings)),
    protocol: "http",
    url: backendUrl(backend, api.path),
    ...optional("description", markOf(owner)),
    ...(backend.startsWith("https:")
      ? { tls: { validateCertificateChain: true, validateCertificateName: true } }
      : {}),
    ...(certificate === undefined ? {} : { credentials: { certificateIds: [certificate] } }),
    // The Consumption tier has none.
    ...(circuitBreaker === undefined || settings.tier === "consumption"
      ? {}
      : { circuitBreaker: { rules: [breakerRule(circuitBreaker)] } }),
  };
}

/** Durations are those of ISO 8601. */
function breakerRule({ failures, interval, trip }: CircuitBreaker): inputs.CircuitBreakerRuleArgs {
  return {
    name: "failures",
    failureCondition: {
      count: failures,
      interval: `PT${interval}S`,
      statusCodeRanges: [{ min: 500, max: 599 }],
    },
    tripDuration: `PT${trip}S`,
    acceptRetryAfter: true,
  };
}

/** The implementation has the API at the path of the spec; API Management appends what follows the path in a request. */
function backendUrl(backend: string, path: string): string {
  return `${backend}${path.replace(/\/$/, "")}`;
}

/**
 * The Api. A document is imported inline, so that its change is a change of the Api, and API Management need not reach
 * it. `serviceUrl` is set in any case: an import would take the first server of the document.
 *
 * @throws Error where the context has a document and `args.document`, its text, is missing
 */
export function apiArgs(args: AzureApimArgs, backend: string): apim.ApiArgs {
  const { api, settings } = args;
  const apiId = apiIdOf(api, settings);
  const { path, version } = pathThere(args);
  const { header, query } = settings.subscriptionKey;
  return {
    ...inService(settings),
    apiId,
    displayName: displayNameOf(args),
    path,
    protocols: ["https"],
    ...optional("apiRevisionDescription", markOf(args.owner)),
    serviceUrl: api.jwt.length > 0 ? NO_BACKEND : backendUrl(backend, api.path),
    subscriptionRequired: api.apiKeyVerification.enabled,
    subscriptionKeyParameterNames: { header, query },
    ...(version === undefined
      ? {}
      : { apiVersion: version, apiVersionSetId: resourceId(settings, "apiVersionSets", entityIdOf(apiId)) }),
    ...authentication(args),
    ...imported(args),
  };
}

/** What the developer portal's console may ask for a token. */
function authentication({ api, settings }: AzureApimArgs): Pick<apim.ApiArgs, "authenticationSettings"> {
  const providers = providersOf(api.jwt, settings).filter(
    (provider) => provider.type === "oidc" && provider.clientId !== undefined,
  );
  if (providers.length === 0) return {};
  const openidAuthenticationSettings = providers.map(({ name }) => ({
    openidProviderId: name,
    bearerTokenSendingMethods: ["authorizationHeader"],
  }));
  return { authenticationSettings: { openidAuthenticationSettings } };
}

function imported(args: AzureApimArgs): Partial<apim.ApiArgs> {
  const { document, context } = args;
  const format = context?.document?.format;
  if (!hasDocument(args) || format === undefined) return {};
  if (document === undefined) throw new Error("the text of the document to import is missing");
  // Otherwise a required query parameter would become part of the path, and a request without it be answered with 404.
  return { format, value: document, translateRequiredQueryParametersConduct: "query" };
}

/** The operations of an API without a document. */
export function operationArgs(args: AzureApimArgs): readonly (apim.ApiOperationArgs & AnyPath)[] {
  return anyPathOperations(args).map((operation) => ({ ...ofApi(args), ...operation }));
}

export function policyArgs(args: AzureApimArgs): apim.ApiPolicyArgs {
  return { ...ofApi(args), policyId: "policy", format: "xml", value: policyDocument(args) };
}

/**
 * Nothing of a request is logged that may be secret: no header, no body, and of the URL no value of a query, as a
 * subscription key may stand there.
 */
export function diagnosticArgs(args: AzureApimArgs): apim.ApiDiagnosticArgs | undefined {
  const { appInsights } = args.settings;
  if (appInsights === undefined) return undefined;
  return {
    ...ofApi(args),
    diagnosticId: "applicationinsights",
    loggerId: resourceId(args.settings, "loggers", appInsights.logger),
    alwaysLog: "allErrors",
    httpCorrelationProtocol: "W3C",
    frontend: { request: { dataMasking: HIDDEN } },
    backend: { request: { dataMasking: HIDDEN } },
    sampling: { samplingType: "fixed", percentage: appInsights.sampling },
  };
}

/** @returns links to each product, by its id */
export function productLinkArgs({
  api,
  settings,
}: AzureApimArgs): readonly (readonly [string, apim.ProductApiLinkArgs])[] {
  const apiId = apiIdOf(api, settings);
  return settings.products.map(({ id }) => [
    id,
    {
      ...inService(settings),
      productId: id,
      apiLinkId: linkIdOf(apiId, id),
      apiId: resourceId(settings, "apis", apiId),
    },
  ]);
}

function ofApi({ api, settings }: AzureApimArgs): ReturnType<typeof inService> & { readonly apiId: string } {
  return { ...inService(settings), apiId: apiIdOf(api, settings) };
}

/** API Management wants display names to differ: the id is part of them. */
function displayNameOf({ api, settings }: AzureApimArgs): string {
  const apiId = apiIdOf(api, settings);
  return shortened(api.apiName === apiId ? apiId : `${api.apiName} (${apiId})`, MAX_DISPLAY_NAME);
}
