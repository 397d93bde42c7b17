// spec.OASValidation: the policies validate-parameters, validate-content and validate-headers.
import { quotaIdentifier } from "../../../spec";
import { hasDocument } from "../document";
import { element, type AzureApimArgs, type PolicyResult, type XmlElement } from "./policy";
import { isName } from "./texts";

/**
 * Headers of HTTP itself, of browsers and of what stands before an API. Documents do not have them (OpenAPI
 * Specification 3.0.3, "Parameter Object", on Accept, Content-Type and Authorization), and requests are not without.
 */
const USUAL_HEADERS = [
  ...["Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control"],
  ...["Connection", "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Date", "DNT", "Expect"],
  ...["Forwarded", "From", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Unmodified-Since"],
  ...["Max-Forwards", "Origin", "Pragma", "Priority", "Range", "Referer", "Request-Id", "Sec-CH-UA"],
  ...["Sec-CH-UA-Mobile", "Sec-CH-UA-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site"],
  ...["Sec-Fetch-User", "TE", "Traceparent", "Tracestate", "Transfer-Encoding", "Upgrade"],
  ...["Upgrade-Insecure-Requests", "User-Agent", "Via", "X-Forwarded-For", "X-Forwarded-Host"],
  ...["X-Forwarded-Port", "X-Forwarded-Proto", "X-Request-Id"],
];

/** Media types whose bodies are compared with the document's JSON schemas. */
const JSON_TYPES = ["application/json", "application/merge-patch+json"];

export function oasValidation(args: AzureApimArgs): PolicyResult {
  const { requestEnabled, responseEnabled, allowUnspecifiedCookies } = args.api.oasValidation;
  if (!requestEnabled && !responseEnabled)
    return { because: "checks neither requests nor responses: requestEnabled and responseEnabled are false" };
  if (!hasDocument(args))
    return { because: "needs the API's document, and API Management has none to import" };
  const { maxValidatedBytes } = args.settings;
  const without = [
    ...(requestEnabled && !allowUnspecifiedCookies ? ["cookies, which API Management does not check"] : []),
    ...(responseEnabled ? [`bodies of responses of more than ${maxValidatedBytes} bytes`] : []),
  ];
  const inbound = requestEnabled ? [parametersCheck(args), contentCheck(args, "prevent")] : [];
  const outbound = responseEnabled ? [contentCheck(args, "detect"), headersCheck()] : [];
  return {
    enforcedBy: [...described("requests", inbound), ...described("responses", outbound)].join("; "),
    ...(without.length === 0 ? {} : { without: without.join(", and ") }),
    inbound,
    outbound,
  };
}

function described(what: string, checks: readonly XmlElement[]): readonly string[] {
  return checks.length === 0 ? [] : [`${checks.map(({ name }) => name).join(" and ")} of ${what}`];
}

/** Headers that the platform, or the API itself, asks clients for. */
function askedFor({ api, settings }: AzureApimArgs): readonly string[] {
  const identifiers = [api.rateLimit.identifier, quotaIdentifier(api.quota)];
  const named = identifiers.flatMap((identifier) => (identifier?.type === "header" ? [identifier.name] : []));
  return [settings.subscriptionKey.header, ...named.filter(isName)];
}

function parametersCheck(args: AzureApimArgs): XmlElement {
  const { api, settings } = args;
  const { allowUnspecifiedHeaders, allowUnspecifiedQueryParams } = api.oasValidation;
  const specified = { "specified-parameter-action": "prevent" };
  return element(
    "validate-parameters",
    { ...specified, "unspecified-parameter-action": allowUnspecifiedQueryParams ? "ignore" : "prevent" },
    [
      element(
        "headers",
        { ...specified, "unspecified-parameter-action": allowUnspecifiedHeaders ? "ignore" : "prevent" },
        exceptions([...USUAL_HEADERS, ...askedFor(args)]),
      ),
      ...(allowUnspecifiedQueryParams
        ? []
        : [
            element(
              "query",
              { ...specified, "unspecified-parameter-action": "prevent" },
              exceptions([settings.subscriptionKey.query]),
            ),
          ]),
    ],
  );
}

/** Parameters that are left as they are, whatever the document says. */
function exceptions(names: readonly string[]): readonly XmlElement[] {
  return [...new Set(names)].map((name) => element("parameter", { name, action: "ignore" }));
}

/**
 * A request that is too large to be checked is refused, or a large body would be the way around the check. A response
 * comes from the implementation: one that is too large goes on.
 */
function contentCheck({ settings }: AzureApimArgs, tooLarge: "prevent" | "detect"): XmlElement {
  return element(
    "validate-content",
    {
      "unspecified-content-type-action": "prevent",
      "max-size": settings.maxValidatedBytes,
      "size-exceeded-action": tooLarge,
    },
    JSON_TYPES.map((type) => element("content", { type, "validate-as": "json", action: "prevent" })),
  );
}

function headersCheck(): XmlElement {
  return element("validate-headers", {
    "specified-header-action": "prevent",
    "unspecified-header-action": "ignore",
  });
}
