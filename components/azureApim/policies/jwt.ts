// JSON Web Tokens: the policies validate-azure-ad-token and validate-jwt.
import { type AzureApimSettings, type AzureIdentityProvider, type EntraProvider } from "../settings";
import {
  element,
  list,
  type AzureApimArgs,
  type Expression,
  type PolicyResult,
  type XmlElement,
} from "./policy";
import { isPlain } from "./texts";

/** Variable of the policy expressions that has the token, once it is verified. */
export const TOKEN_VARIABLE = "oda-token";

/** Characters of issuers that may stand inside an expression, between quotation marks. */
const ISSUER = /^[A-Za-z0-9._~:/%+=;,!$-]{1,512}$/;

const FROM_HEADER = {
  "header-name": "Authorization",
  "failed-validation-httpcode": 401,
  "output-token-variable-name": TOKEN_VARIABLE,
} as const;

/**
 * A token of any of the API's providers is taken. Each provider has a check of its own, so that the audiences and
 * clients of one are not taken for another's: the issuer that a token names, which is not verified yet, decides on the
 * check, and the check verifies it.
 *
 * An API that asks for tokens nobody can check is closed rather than open.
 */
export function jwt({ api, settings }: AzureApimArgs): PolicyResult {
  const providers = providersOf(api.jwt, settings);
  const unknown = api.jwt.filter((name) => !providers.some((provider) => provider.name === name));
  const [last, ...others] = providers.filter(isWritable).reverse();
  const because = whyNot(
    unknown,
    providers.filter((provider) => !isWritable(provider)),
    last !== undefined,
  );
  if (last === undefined) return { inbound: [refusal()], because: because ?? "names no provider" };
  const inbound = others.length === 0 ? [checkOf(last)] : [choice(others.reverse(), last)];
  if (because !== undefined) return { inbound, because };
  const forAnybody = providers
    .filter((provider) => audiencesOf(provider).length === 0)
    .map(({ name }) => name);
  return {
    enforcedBy: providers.map((provider) => `${checkOf(provider).name} for ${provider.name}`).join(", "),
    // Without audiences a token of the issuer passes that is for another API.
    ...(forAnybody.length === 0
      ? {}
      : { without: `a look at whom a token is for (audiences of ${forAnybody.join(", ")})` }),
    inbound,
  };
}

/** The API's providers, as far as API Management can be told of them. */
export function providersOf(
  names: readonly string[],
  settings: AzureApimSettings,
): readonly AzureIdentityProvider[] {
  return settings.jwt.filter(({ name }) => names.includes(name));
}

function whyNot(
  unknown: readonly string[],
  unwritable: readonly AzureIdentityProvider[],
  hasOthers: boolean,
): string | undefined {
  const names = [...unknown, ...unwritable.map(({ name }) => name)];
  if (names.length === 0) return undefined;
  const rest = hasOthers ? "only tokens of the others are taken" : "every request is refused meanwhile";
  return `names providers that API Management cannot be told of (${names.join(", ")}); ${rest}`;
}

function isWritable(provider: AzureIdentityProvider): boolean {
  const texts =
    provider.type === "entra"
      ? [provider.tenantId, ...provider.clientIds]
      : [provider.issuer, provider.metadataUrl];
  return (
    [...texts, ...audiencesOf(provider)].every(isPlain) &&
    issuersOf(provider).every((issuer) => ISSUER.test(issuer))
  );
}

function audiencesOf({ audiences = [] }: AzureIdentityProvider): readonly string[] {
  return audiences;
}

/** Entra ID names itself differently in tokens of its versions 1 and 2 ("Access token claims reference"). */
function issuersOf(provider: AzureIdentityProvider): readonly [string, ...string[]] {
  if (provider.type === "oidc") return [provider.issuer];
  const { tenantId } = provider;
  return [`https://login.microsoftonline.com/${tenantId}/v2.0`, `https://sts.windows.net/${tenantId}/`];
}

/** A token of no known issuer, an unreadable one and none at all are left to the last check, which refuses them. */
function choice(others: readonly AzureIdentityProvider[], last: AzureIdentityProvider): XmlElement {
  return element("choose", {}, [
    ...others.map((provider) => element("when", { condition: isFrom(provider) }, [checkOf(provider)])),
    element("otherwise", {}, [checkOf(last)]),
  ]);
}

function isFrom(provider: AzureIdentityProvider): Expression {
  const token = 'context.Request.Headers.GetValueOrDefault("Authorization", "").AsJwt()';
  const named = issuersOf(provider).map((issuer) => `${token}?.Issuer == "${issuer}"`);
  return { expression: `@(${named.join(" || ")})` };
}

function checkOf(provider: AzureIdentityProvider): XmlElement {
  return provider.type === "entra" && provider.clientIds.length > 0
    ? entraCheck(provider)
    : openIdCheck(provider);
}

/** This policy asks for the client applications, and so is not for a provider whose clients may be any. */
function entraCheck({ tenantId, clientIds, audiences }: EntraProvider): XmlElement {
  return element("validate-azure-ad-token", { "tenant-id": tenantId, ...FROM_HEADER }, [
    ...list("client-application-ids", "application-id", clientIds),
    ...list("audiences", "audience", audiences),
  ]);
}

function openIdCheck(provider: AzureIdentityProvider): XmlElement {
  const requirements = {
    "require-expiration-time": true,
    "require-scheme": "Bearer",
    "require-signed-tokens": true,
  };
  return element("validate-jwt", { ...FROM_HEADER, ...requirements }, [
    element("openid-config", { url: metadataUrlOf(provider) }),
    ...list("audiences", "audience", audiencesOf(provider)),
    ...list("issuers", "issuer", issuersOf(provider)),
  ]);
}

function metadataUrlOf(provider: AzureIdentityProvider): string {
  return provider.type === "oidc"
    ? provider.metadataUrl
    : `https://login.microsoftonline.com/${provider.tenantId}/v2.0/.well-known/openid-configuration`;
}

function refusal(): XmlElement {
  return element("return-response", {}, [element("set-status", { code: 401, reason: "Unauthorized" })]);
}
