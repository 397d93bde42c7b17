// `jwt` of the platform file: whose tokens APIs may ask for.
import {
  canonicalJson,
  DNS_LABEL,
  type Field,
  HTTP_URL,
  isObject,
  optional,
  type TextRule,
} from "../../spec";
import { type JwtProvider } from "../istio/settings";
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

/** Reads `jwt`: no two providers have one name or one issuer. */
export function readJwtProviders(field: Field): readonly JwtProvider[] | undefined {
  const jwt = block(field, ["providers"]);
  if (!jwt.isSet) return undefined;
  const providers = items(jwt.get("providers").required()).map((item) =>
    block(item, ["name", "issuer", "jwksUri", "jwks", "audiences"]),
  );
  mustDiffer(providers.map((provider) => provider.get("name")));
  mustDiffer(providers.map((provider) => provider.get("issuer")));
  return providers.map(readProvider);
}

/** Without `jwksUri` and `jwks`, the keys are those of the issuer's OpenID Connect discovery. */
function readProvider(provider: Field): JwtProvider {
  const jwks = provider.get("jwks").secret();
  const audiences = texts(provider.get("audiences"), AUDIENCE);
  if (jwks.isSet && provider.get("jwksUri").isSet) jwks.fail("must be left out where jwksUri is set");
  return {
    name: provider.get("name").required().text(NAME) ?? "",
    issuer: provider.get("issuer").required().text(ISSUER) ?? "",
    ...optional("jwksUri", provider.get("jwksUri").text(HTTP_URL)),
    ...optional("jwks", readKeySet(jwks)),
    ...optional("audiences", audiences.length > 0 ? audiences : undefined),
  };
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
