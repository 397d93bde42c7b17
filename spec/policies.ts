import { COUNT, type Field } from "./field";
import { type ApiKeyVerification, type OasValidation, type Quota, type RateLimit } from "./model";
import { PLAIN_TEXT } from "./names";
import { optional } from "./optional";
import { readIdentifier } from "./rateLimitIdentifier";

/** The Azure operator's `period`, in seconds, as TM Forum's `interval`. */
const INTERVAL_OF_PERIOD: ReadonlyMap<number, RateLimit["interval"]> = new Map([
  [1, "ps"],
  [60, "pm"],
]);

/** Reads `spec.apiKeyVerification`. */
export function readApiKeyVerification(field: Field): ApiKeyVerification {
  const verification = field.object();
  return {
    enabled: verification.get("enabled").boolean() ?? false,
    ...optional("location", verification.get("location").text(PLAIN_TEXT)),
  };
}

/**
 * Reads `spec.rateLimit`: TM Forum's `{enabled, identifier, limit, interval}`, or the Azure operator's
 * `{limit, period}`, which has no `enabled`: a period asks for the limit unless `enabled` says otherwise.
 *
 * @param field the place of `spec.rateLimit`
 */
export function readRateLimit(field: Field): RateLimit {
  const rateLimit = field.object();
  const period = rateLimit.get("period");
  const limit = rateLimit.get("limit");
  const enabled = rateLimit.get("enabled").boolean() ?? period.isSet;
  if (enabled && !limit.isSet) limit.fail("is required while the rate limit is enabled");
  return {
    enabled,
    identifier: readIdentifier(rateLimit.get("identifier")),
    ...optional("limit", limit.integer(COUNT)),
    interval: readInterval(rateLimit.get("interval"), period),
  };
}

function readInterval(interval: Field, period: Field): RateLimit["interval"] {
  const named = interval.oneOf(["ps", "pm"]);
  if (!period.isSet) return named ?? "ps";
  const counted = INTERVAL_OF_PERIOD.get(period.integer(COUNT) ?? 1);
  if (counted === undefined) period.fail("must be 1 or 60: seconds, the same as interval ps or pm");
  else if (named !== undefined && named !== counted) period.fail(`must agree with ${interval.path}`);
  return counted ?? "ps";
}

/** Reads `spec.quota`. */
export function readQuota(field: Field): Quota {
  const quota = field.object();
  return {
    ...optional("identifier", quota.get("identifier").text(PLAIN_TEXT)),
    ...optional("limit", quota.get("limit").integer(COUNT)),
  };
}

/** Reads `spec.OASValidation`; every flag is off unless set. */
export function readOasValidation(field: Field): OasValidation {
  const validation = field.object();
  const flag = (key: keyof OasValidation) => validation.get(key).boolean() ?? false;
  return {
    requestEnabled: flag("requestEnabled"),
    responseEnabled: flag("responseEnabled"),
    allowUnspecifiedHeaders: flag("allowUnspecifiedHeaders"),
    allowUnspecifiedQueryParams: flag("allowUnspecifiedQueryParams"),
    allowUnspecifiedCookies: flag("allowUnspecifiedCookies"),
  };
}
