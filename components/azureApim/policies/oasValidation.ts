// spec.OASValidation: the policies validate-parameters, validate-content and validate-headers.
import { quotaIdentifier } from "../../../spec";
import { hasDocument } from "../document";
import { contentCheck, uncompared } from "./content";
import { element, type AzureApimArgs, type PolicyResult, type XmlElement } from "./policy";
import { isName } from "./texts";
import { USUAL_HEADERS } from "./usualHeaders";

export function oasValidation(args: AzureApimArgs): PolicyResult {
  const { requestEnabled, responseEnabled } = args.api.oasValidation;
  if (!requestEnabled && !responseEnabled)
    return { because: "checks neither requests nor responses: requestEnabled and responseEnabled are false" };
  if (!hasDocument(args))
    return { because: "needs the API's document, and API Management has none to import" };
  const without = unchecked(args);
  const inbound = requestEnabled ? [parametersCheck(args), contentCheck(args, "requests")] : [];
  const outbound = responseEnabled ? [contentCheck(args, "responses"), headersCheck()] : [];
  return {
    enforcedBy: [...described("requests", inbound), ...described("responses", outbound)].join("; "),
    ...(without.length === 0 ? {} : { without: without.join(", and ") }),
    inbound,
    outbound,
  };
}

/**
 * What is asked for and not checked. The size of a request is "checked against the `Content-Length` header"
 * ("validate-content", attribute `max-size`), which a request in chunks has not.
 */
function unchecked({ api, settings, context }: AzureApimArgs): readonly string[] {
  const { requestEnabled, responseEnabled, allowUnspecifiedCookies } = api.oasValidation;
  const { maxValidatedBytes } = settings;
  const contents = context?.document?.contents;
  return [
    ...(requestEnabled && !allowUnspecifiedCookies ? ["cookies, which API Management does not check"] : []),
    ...(requestEnabled
      ? [`bodies of requests of more than ${maxValidatedBytes} bytes that come without Content-Length`]
      : []),
    ...(responseEnabled
      ? [
          `bodies of responses of more than ${maxValidatedBytes} bytes`,
          "media types and status codes of responses that the document has not",
        ]
      : []),
    ...(contents === undefined ? [] : uncompared(contents)),
  ];
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

/**
 * Headers that browsers are told they may send (`CORS`), and that the document describes nowhere: an exception would
 * switch off the check of those that it does.
 */
function allowedByCors({ api, context }: AzureApimArgs): readonly string[] {
  const described = context?.document?.contents?.headers;
  const { enabled, handlePreflightRequests } = api.cors;
  if (described === undefined || !enabled) return [];
  return handlePreflightRequests.allowHeaders.filter(
    (name) => isName(name) && !described.includes(name.toLowerCase()),
  );
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
        exceptions([...USUAL_HEADERS, ...askedFor(args), ...allowedByCors(args)]),
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

/** Parameters that are left as they are, whatever the document says. Their names are the same in upper and lower case. */
function exceptions(names: readonly string[]): readonly XmlElement[] {
  const byName = new Map<string, string>();
  for (const name of names) {
    const id = name.toLowerCase();
    if (!byName.has(id)) byName.set(id, name);
  }
  return [...byName.values()].map((name) => element("parameter", { name, action: "ignore" }));
}

function headersCheck(): XmlElement {
  return element("validate-headers", {
    "specified-header-action": "prevent",
    "unspecified-header-action": "ignore",
  });
}
