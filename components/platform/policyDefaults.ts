// `defaults` and `locked` of the platform file: policies of the APIs whose objects do not say otherwise, or may not.
import {
  CIDR,
  type Field,
  isObject,
  lockablePolicies,
  type LockablePolicy,
  optional,
  type PolicyDefaults,
  readCors,
  readRateLimit,
} from "../../spec";
import { block, items } from "./fields";

const RATE_LIMIT_KEYS = ["enabled", "identifier", "limit", "interval", "period"];
const PREFLIGHT_KEYS = ["allowHeaders", "allowMethods", "maxAge"];
const CORS_KEYS = [
  "enabled",
  "allowCredentials",
  "allowOrigins",
  "handlePreflightRequests",
  ...PREFLIGHT_KEYS,
];

/**
 * Reads `defaults`. Rate limit and CORS have to be what the spec of an API may have, by themselves.
 *
 * @param jwtProviders names of the providers there are
 */
export function readDefaults(field: Field, jwtProviders: readonly string[]): PolicyDefaults {
  const defaults = block(field, lockablePolicies);
  const jwt = readJwt(defaults.get("jwt"), jwtProviders);
  const mtls = defaults.get("mtls").oneOf(["strict", "permissive"]);
  return {
    ...optional("CORS", readCorsDefault(defaults.get("CORS"))),
    ...optional("rateLimit", readRateLimitDefault(defaults.get("rateLimit"), jwt)),
    ...optional("jwt", jwt),
    ...optional("mtls", mtls),
    ...optional("networkPolicy", readNetworkPolicy(defaults.get("networkPolicy"))),
  };
}

/** Reads `locked`. */
export function readLocked(field: Field): readonly LockablePolicy[] {
  const named = items(field).map((item) => item.oneOf(lockablePolicies));
  return lockablePolicies.filter((policy) => named.includes(policy));
}

function readCorsDefault(field: Field): object | undefined {
  const cors = block(field, CORS_KEYS);
  const preflight = cors.get("handlePreflightRequests");
  if (isObject(preflight.value)) block(preflight, ["enabled", ...PREFLIGHT_KEYS]);
  readCors(cors);
  return raw(cors);
}

/** A claim needs a token: without one required by default, the default would refuse the object of every API. */
function readRateLimitDefault(field: Field, jwt: readonly string[] = []): object | undefined {
  const rateLimit = block(field, RATE_LIMIT_KEYS);
  const { enabled, identifier } = readRateLimit(rateLimit);
  if (enabled && identifier.type === "claim" && jwt.length === 0) {
    rateLimit.get("identifier").fail("must be IP or a header while defaults.jwt names no provider");
  }
  return raw(rateLimit);
}

function raw({ value }: Field): object | undefined {
  return isObject(value) ? value : undefined;
}

function readJwt(field: Field, jwtProviders: readonly string[]): readonly string[] | undefined {
  if (!field.isSet) return undefined;
  return items(field).flatMap((item) => {
    if (typeof item.value === "string" && jwtProviders.includes(item.value)) return [item.value];
    item.fail("must be the name of one of jwt.providers");
    return [];
  });
}

/** Without CIDRs, the gateway alone gets in. */
function readNetworkPolicy(field: Field): PolicyDefaults["networkPolicy"] {
  const networkPolicy = block(field, ["cidrs"]);
  if (!networkPolicy.isSet) return undefined;
  return { cidrs: items(networkPolicy.get("cidrs")).flatMap((item) => item.text(CIDR) ?? []) };
}
