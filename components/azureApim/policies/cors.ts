// spec.CORS: the policy cors.
import { hasDocument } from "../document";
import { element, list, type AzureApimArgs, type PolicyResult } from "./policy";
import { isPlain, notPlain } from "./texts";

/** Longest time a browser is told to keep an answer: 32 bits, as the header is read. */
const MAX_AGE = 2 ** 31 - 1;

/**
 * The policy answers preflight requests itself. It does not where an operation of the API has the method OPTIONS, so
 * that an API whose implementation answers them has such an operation.
 */
export function cors(args: AzureApimArgs): PolicyResult {
  const { allowCredentials, allowOrigins, handlePreflightRequests } = args.api.cors;
  const { allowMethods, allowHeaders, maxAge } = handlePreflightRequests;
  if (allowCredentials && allowOrigins.includes("*"))
    return { because: "allows credentials for every origin, which browsers and API Management refuse" };
  if (![...allowOrigins, ...allowMethods, ...allowHeaders].every(isPlain))
    return { because: notPlain("an origin, a method or a header") };
  const policy = element(
    "cors",
    { "allow-credentials": allowCredentials, "terminate-unmatched-request": false },
    [
      ...list("allowed-origins", "origin", starAlone(allowOrigins)),
      element(
        "allowed-methods",
        { "preflight-result-max-age": Math.min(maxAge, MAX_AGE) },
        starAlone(allowMethods).map((method) => element("method", {}, method)),
      ),
      ...list("allowed-headers", "header", starAlone(allowHeaders)),
    ],
  );
  return { enforcedBy: "cors", inbound: [policy], ...without(args) };
}

/** Where a star allows everything, it is the only one of its list. */
function starAlone(texts: readonly string[]): readonly string[] {
  return texts.includes("*") ? ["*"] : texts;
}

function without({ api, context }: AzureApimArgs): Pick<PolicyResult, "without"> {
  if (api.cors.handlePreflightRequests.enabled || !hasDocument({ api, context })) return {};
  return {
    without:
      "leaving preflight requests to the implementation, but for the operations that its document has for OPTIONS: " +
      "API Management answers the others itself",
  };
}
