// `jwt` of the platform file: whose tokens APIs may ask for.
import {
  canonicalJson,
  DNS_LABEL,
  type Field,
  HTTP_URL,
  isObject,
  optional,
  PLAIN_TEXT,
  type TextRule,
} from "../../spec";
import { type JwtProvider } from "../istio/settings";
import { type IdentityProviderPart } from "./azureApimPart";
import { UUID } from "./azureNames";
import { entraIssuer, mustDifferInTenant, readEntra, type ReadProvider } from "./entraProvider";
import { block, items, mustDiffer, texts } from "./fields";

const NAME: TextRule = {
  accepts: (text) => DNS_LABEL.accepts(text) && text !== "none",
  rule: `${DNS_LABEL.rule}; and not "none", which the annotation of an API has for no provider`,
};

/** Gateways compare issuers as texts, and Istio takes a star at either end of one for anything. */
const ISSUER: TextRule = {
  accepts: (text) => HTTP_URL.accepts(text) && !/[?#*]/.test(text),
  rule: "must be an http or https URL without user name, password, query and fragment (RFC 8414, section 2), and without *",
};

const AUDIENCE: TextRule = {
  accepts: (text) => text.length <= 256 && /^[!-)+-~]+$/.test(text),
  rule: "must be at most 256 printable ASCII characters, none of them a space or *",
};

/** The providers of a platform file, each as the gateways are told of it. */
export interface JwtProviders {
  /** All of them, in the order of the file. */
  readonly names: readonly string[];
  readonly istio: readonly JwtProvider[];
  readonly azure: readonly IdentityProviderPart[];
}

const KEYS = ["name", "issuer", "jwksUri", "jwks", "audiences", "metadataUrl", "clientId", "entra"];

/** Reads `jwt`: no two providers have one name or one issuer. */
export function readJwtProviders(field: Field): JwtProviders | undefined {
  const jwt = block(field, ["providers"]);
  if (!jwt.isSet) return undefined;
  const providers = items(jwt.get("providers").required()).map((item) => block(item, KEYS));
  mustDiffer(providers.map((provider) => provider.get("name")));
  mustDiffer(
    providers.map((provider) =>
      provider.get("entra").isSet ? provider.get("entra").get("tenantId") : provider.get("issuer"),
    ),
    (text) => (UUID.accepts(text) ? entraIssuer(text) : text),
  );
  mustDifferInTenant(providers);
  const read = providers.map((provider) =>
    provider.get("entra").isSet ? readEntra(provider, readNamed(provider)) : readProvider(provider),
  );
  return {
    names: providers.map((provider) => provider.get("name").value).filter((name) => typeof name === "string"),
    istio: read.flatMap(({ istio }) => istio ?? []),
    azure: read.flatMap(({ azure }) => azure ?? []),
  };
}

/** What any provider has. */
function readNamed(provider: Field): Pick<JwtProvider, "name" | "audiences"> {
  const audiences = texts(provider.get("audiences"), AUDIENCE);
  return {
    name: provider.get("name").required().text(NAME) ?? "",
    ...optional("audiences", audiences.length > 0 ? audiences : undefined),
  };
}

/**
 * Without `jwksUri` and `jwks`, Istio asks for the keys by the issuer's OpenID Connect discovery. API Management always
 * does: a provider with a key set of its own and without `metadataUrl` may have no discovery document at all.
 */
function readProvider(provider: Field): ReadProvider {
  const jwks = provider.get("jwks").secret();
  if (jwks.isSet && provider.get("jwksUri").isSet) jwks.fail("must be left out where jwksUri is set");
  const issuer = provider.get("issuer").required().text(ISSUER) ?? "";
  const metadataUrl = provider.get("metadataUrl").text(HTTP_URL);
  const clientId = provider.get("clientId").text(PLAIN_TEXT);
  const named = readNamed(provider);
  const istio = {
    ...named,
    issuer,
    ...optional("jwksUri", provider.get("jwksUri").text(HTTP_URL)),
    ...optional("jwks", readKeySet(jwks)),
  };
  if (jwks.isSet && metadataUrl === undefined) return { istio };
  const azure = {
    type: "oidc",
    ...named,
    issuer,
    metadataUrl: metadataUrl ?? discoveryUrl(issuer),
    ...optional("clientId", clientId),
  } as const;
  return { istio, azure };
}

/** Where the discovery document of an issuer is (OpenID Connect Discovery 1.0, section 4.1). */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

/** A key set as JSON text. What is private has no place in an object that many may read. */
function readKeySet(field: Field): string | undefined {
  if (!field.isSet) return undefined;
  const keySet = typeof field.value === "string" ? parsed(field.value) : field.value;
  const keys = isObject(keySet) ? keySet["keys"] : undefined;
  if (Array.isArray(keys) && keys.length > 0 && keys.every(isPublicKey)) return canonicalJson(keySet);
  field.fail(
    "must be a JSON Web Key Set (RFC 7517), as an object or as JSON text, with at least one key and public keys only",
  );
  return undefined;
}

/** `d` is the private part of every asymmetric key, `k` a symmetric key itself (RFC 7518, section 6). */
function isPublicKey(key: unknown): boolean {
  return (
    isObject(key) && typeof key["kty"] === "string" && key["kty"] !== "oct" && !("d" in key) && !("k" in key)
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
