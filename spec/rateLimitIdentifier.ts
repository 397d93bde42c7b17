import { type Field } from "./field";
import { type Quota, type RateLimitIdentifier } from "./model";
import { type TextRule } from "./names";
import { TOKEN } from "./web";

const KIND_AND_NAME = /^(?:(header|claim|jwt):[ \t]*)?(.*)$/is;

/** Claims of public names are URLs, those of a provider paths through its token (OpenID Connect Core 1.0, section 5.1.2). */
const CLAIM = /^[A-Za-z0-9_.:/-]{1,128}$/;

const IDENTIFIER: TextRule = {
  accepts: (text) => identifierOf(text) !== undefined,
  rule:
    'must be "IP", "header:" and the name of a header (RFC 9110, token), such a name alone, or "claim:" and a name ' +
    'of at most 128 letters, digits and "_.:/-"',
};

/**
 * Reads `spec.rateLimit.identifier`: `IP` in either case, also when unset; `header:X-Client`, or `X-Client` alone, as
 * the CRD describes it; `claim:sub`, or `jwt:sub`.
 */
export function readIdentifier(field: Field): RateLimitIdentifier {
  return identifierOf(field.trimmed().text(IDENTIFIER) ?? "IP") ?? { type: "ip" };
}

/**
 * What tells the clients of a quota apart, as a rate limit's identifier says it: their address where it is unset.
 * Undefined for a text that says something else; the CRD takes any.
 */
export function quotaIdentifier({ identifier = "IP" }: Quota): RateLimitIdentifier | undefined {
  return identifierOf(identifier.trim());
}

function identifierOf(text: string): RateLimitIdentifier | undefined {
  if (/^ip$/i.test(text)) return { type: "ip" };
  const [, kind = "header", name = ""] = KIND_AND_NAME.exec(text) ?? [];
  if (kind.toLowerCase() === "header") {
    return TOKEN.accepts(name) ? { type: "header", name: name.toLowerCase() } : undefined;
  }
  return CLAIM.test(name) ? { type: "claim", name } : undefined;
}
