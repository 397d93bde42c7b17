// What Azure takes for names and ids ("Naming rules and restrictions for Azure resources", Microsoft Learn).
import { HTTP_URL, HOST_NAME, type TextRule } from "../../spec";

/** Id of a subscription, a tenant or an application (RFC 9562, without braces). */
export const UUID: TextRule = {
  accepts: (text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  rule: "must be a UUID, e.g. 00000000-0000-0000-0000-000000000000",
};

/** Azure takes letters and digits of any alphabet in it. */
export const RESOURCE_GROUP: TextRule = {
  accepts: (text) => text.length <= 90 && /^[-\w.()\p{L}\p{N}]*[-\w()\p{L}\p{N}]$/u.test(text),
  rule: 'must be the name of a resource group: at most 90 letters, digits, "-", "_", ".", "(" and ")", no "." last',
};

export const SERVICE_NAME: TextRule = {
  accepts: (text) => text.length <= 50 && /^[A-Za-z](?:[-A-Za-z0-9]*[A-Za-z0-9])?$/.test(text),
  rule:
    'must be the name of an API Management service: at most 50 letters, digits and "-", a letter first, ' +
    "a letter or digit last",
};

export const VAULT_NAME: TextRule = {
  accepts: (text) => /^[A-Za-z][-A-Za-z0-9]{1,22}[A-Za-z0-9]$/.test(text) && !text.includes("--"),
  rule:
    'must be the name of a Key Vault: 3 to 24 letters, digits and "-", a letter first, a letter or digit last, ' +
    'no "--"',
};

/** `https://host[:port]`, without anything behind it. */
export const ORIGIN: TextRule = { accepts: isOrigin, rule: "must be an https URL without a path" };

/** A Key Vault: a name alone is that of one in the public cloud. */
export const VAULT: TextRule = {
  accepts: (text) => VAULT_NAME.accepts(text) || isOrigin(text),
  rule: `${VAULT_NAME.rule}; or its URL, https://host`,
};

const SECRET_NAME = /^[-A-Za-z0-9]{1,127}$/;

/** A secret in Key Vault, without a version: API Management follows its rotation only then. */
export const SECRET: TextRule = {
  accepts: (text) => SECRET_NAME.test(text) || isSecretId(text),
  rule:
    'must be the name of a secret in Key Vault, at most 127 letters, digits and "-", or its id without a version, ' +
    "https://host/secrets/name",
};

/** Id of a product, a subscription, a logger or a certificate of API Management. */
export const ENTITY_ID: TextRule = {
  accepts: (text) => text.length <= 80 && /^[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?$/.test(text),
  rule: 'must be an id in API Management: at most 80 letters, digits and "-", a letter or digit first and last',
};

/** Name of a named value, the pattern of `displayName` (REST API "Named Value - Create Or Update"). */
export const NAMED_VALUE: TextRule = {
  accepts: (text) => /^[-A-Za-z0-9._]{1,256}$/.test(text),
  rule: 'must be the name of a named value: at most 256 letters, digits, "-", "." and "_"',
};

/** `https://<name>.vault.azure.net` for a name, the origin for a URL. */
export function vaultUrlOf(vault: string): string {
  return VAULT_NAME.accepts(vault) ? `https://${vault.toLowerCase()}.vault.azure.net` : new URL(vault).origin;
}

/** The id of a secret, which is written as a name or as an id. */
export function secretIdOf(secret: string, vaultUrl: string): string {
  return SECRET_NAME.test(secret) ? `${vaultUrl}/secrets/${secret}` : secret;
}

/** Whether a secret is written as a name, and its vault has to be known. */
export function isSecretName(secret: string): boolean {
  return SECRET_NAME.test(secret);
}

function isOrigin(text: string): boolean {
  return HTTP_URL.accepts(text) && /^https:\/\/[^/?#]+\/?$/i.test(text);
}

function isSecretId(text: string): boolean {
  const [, host = "", name = ""] = /^https:\/\/([^/?#:]+)\/secrets\/([^/?#]+)$/.exec(text) ?? [];
  return HOST_NAME.accepts(host) && SECRET_NAME.test(name);
}
