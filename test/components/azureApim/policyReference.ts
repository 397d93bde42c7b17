/**
 * What Microsoft's policy reference says of the policies that are used here ("Azure API Management policy reference"):
 * an independent reading of it, which knows nothing of the code that writes the documents.
 */

type Section = "inbound" | "backend" | "outbound" | "on-error";

/** Rules of one element. */
export interface ElementRules {
  /** Sections a policy may be in; a part of a policy has none. */
  readonly sections?: readonly Section[];
  /** Required attributes. */
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  /** Elements inside, in their order. */
  readonly children?: readonly string[];
  /** Of these, the ones that have to be there. */
  readonly requiredChildren?: readonly string[];
  /** Whether the policy may be in a section only once. */
  readonly once?: boolean;
  /** Whether it holds a text. */
  readonly text?: boolean;
}

const ANYWHERE = ["inbound", "backend", "outbound", "on-error"] as const;
const PARAMETER_ACTIONS = ["specified-parameter-action", "unspecified-parameter-action"];

export const policyReference: Readonly<Record<string, ElementRules>> = {
  base: { sections: ANYWHERE, once: true },
  cors: {
    sections: ["inbound"],
    optional: ["allow-credentials", "terminate-unmatched-request"],
    children: ["allowed-origins", "allowed-methods", "allowed-headers", "expose-headers"],
    requiredChildren: ["allowed-origins", "allowed-headers"],
    once: true,
  },
  "allowed-origins": { children: ["origin"], requiredChildren: ["origin"] },
  "allowed-methods": {
    optional: ["preflight-result-max-age"],
    children: ["method"],
    requiredChildren: ["method"],
  },
  "allowed-headers": { children: ["header"], requiredChildren: ["header"] },
  origin: { text: true },
  method: { text: true },
  header: { text: true },
  choose: { sections: ANYWHERE, children: ["when", "otherwise"], requiredChildren: ["when"] },
  when: { required: ["condition"], children: ["validate-azure-ad-token", "validate-jwt"] },
  otherwise: { children: ["validate-azure-ad-token", "validate-jwt"] },
  "validate-azure-ad-token": {
    sections: ["inbound"],
    required: ["tenant-id"],
    optional: ["header-name", "failed-validation-httpcode", "output-token-variable-name"],
    children: ["client-application-ids", "audiences", "required-claims"],
    requiredChildren: ["client-application-ids"],
  },
  "client-application-ids": { children: ["application-id"], requiredChildren: ["application-id"] },
  "application-id": { text: true },
  "validate-jwt": {
    sections: ["inbound"],
    required: ["header-name"],
    optional: [
      ...["failed-validation-httpcode", "require-expiration-time", "require-scheme", "require-signed-tokens"],
      "output-token-variable-name",
    ],
    children: ["openid-config", "audiences", "issuers", "required-claims"],
    requiredChildren: ["openid-config"],
  },
  "openid-config": { required: ["url"] },
  audiences: { children: ["audience"], requiredChildren: ["audience"] },
  audience: { text: true },
  issuers: { children: ["issuer"], requiredChildren: ["issuer"] },
  issuer: { text: true },
  "return-response": { sections: ANYWHERE, children: ["set-status"] },
  "set-status": { sections: ANYWHERE, required: ["code", "reason"] },
  "rate-limit-by-key": {
    sections: ["inbound"],
    required: ["calls", "renewal-period", "counter-key"],
    optional: ["remaining-calls-header-name", "total-calls-header-name"],
  },
  "quota-by-key": { sections: ["inbound"], required: ["calls", "renewal-period", "counter-key"] },
  "validate-parameters": {
    sections: ["inbound"],
    required: PARAMETER_ACTIONS,
    children: ["headers", "query", "path"],
    once: true,
  },
  headers: { optional: PARAMETER_ACTIONS, children: ["parameter"], requiredChildren: ["parameter"] },
  query: { optional: PARAMETER_ACTIONS, children: ["parameter"], requiredChildren: ["parameter"] },
  parameter: { required: ["name", "action"] },
  "validate-content": {
    sections: ["inbound", "outbound", "on-error"],
    required: ["unspecified-content-type-action", "max-size", "size-exceeded-action"],
    children: ["content-type-map", "content"],
    once: true,
  },
  content: { required: ["validate-as", "action"], optional: ["type"] },
  "validate-headers": {
    sections: ["outbound", "on-error"],
    required: ["specified-header-action", "unspecified-header-action"],
    once: true,
  },
  "forward-request": { sections: ["backend"], optional: ["buffer-response"], once: true },
  "include-fragment": { sections: ANYWHERE, required: ["fragment-id"] },
  "set-header": {
    sections: ANYWHERE,
    required: ["name", "exists-action"],
    children: ["value"],
    requiredChildren: ["value"],
  },
  value: { text: true },
  "set-backend-service": { sections: ["inbound", "backend"], required: ["backend-id"], once: true },
};

/** What the value of an attribute has to be, by its name. */
export const attributeRules: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(
    [
      ...PARAMETER_ACTIONS,
      ...["action", "unspecified-content-type-action", "size-exceeded-action"],
      ...["specified-header-action", "unspecified-header-action"],
    ].map((name) => [name, /^(?:ignore|prevent|detect)$/]),
  ),
  "allow-credentials": /^(?:true|false)$/,
  "buffer-response": /^false$/,
  "terminate-unmatched-request": /^(?:true|false)$/,
  "preflight-result-max-age": /^[0-9]{1,10}$/,
  "failed-validation-httpcode": /^401$/,
  "require-expiration-time": /^(?:true|false)$/,
  "require-signed-tokens": /^true$/,
  "validate-as": /^json$/,
  type: /^application\/(?:[a-z0-9.!#$&^_-]+\+)?json$/,
  "exists-action": /^override$/,
  "fragment-id": /^[A-Za-z0-9_-]{1,80}$/,
  calls: /^[1-9][0-9]{0,9}$/,
  "renewal-period": /^[0-9]{1,10}$/,
  "max-size": /^[0-9]{1,6}$/,
};

const NAME = "[A-Za-z0-9_-]{1,64}";
const ISSUED = '"[A-Za-z0-9._~:/%+=;,!$-]{1,512}"';
const TOKEN = 'context\\.Request\\.Headers\\.GetValueOrDefault\\("Authorization", ""\\)\\.AsJwt\\(\\)';

/** All expressions there are, with the places in which names may be. */
export const expressions: readonly RegExp[] = [
  ...[
    "context\\.Request\\.IpAddress",
    '\\(context\\.Subscription\\?\\.Id \\?\\? ""\\)',
    `context\\.Request\\.Headers\\.GetValueOrDefault\\("${NAME}", ""\\)`,
    `\\(\\(Jwt\\)context\\.Variables\\["oda-token"\\]\\)\\.Claims\\.GetValueOrDefault\\("${NAME}", ""\\)`,
  ].map(
    (value) =>
      new RegExp(`^@\\(context\\.Api\\.Id \\+ ":(?:rate|quota):(?:${NAME}):(?:${NAME}:)?" \\+ ${value}\\)$`),
  ),
  new RegExp(`^@\\(${TOKEN}\\?\\.Issuer == ${ISSUED}(?: \\|\\| ${TOKEN}\\?\\.Issuer == ${ISSUED})*\\)$`),
];
