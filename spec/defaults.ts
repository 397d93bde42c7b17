/**
 * The platform's defaults under what an object says. Raw values are merged, before any reader fills in the CRD's
 * defaults: only here is what nobody wrote told from what somebody wrote.
 */
import { AZURE_MEMBERS, isAzureCors } from "./cors";
import { isObject, isUnset } from "./field";

type Raw = Readonly<Record<string, unknown>>;

/**
 * `spec.rateLimit` as an object has it, with the default in each field that is unset there. `interval` and the Azure
 * operator's `period` say the same and count as one field; a period without `enabled` asks for the limit.
 *
 * @param written raw `spec.rateLimit`; returned as it is when it is no object, for the reader to refuse
 * @param fallback the default, in any shape of `spec.rateLimit`
 */
export function rateLimitOver(written: unknown, fallback: object | undefined): unknown {
  if (fallback === undefined || !isBlock(written)) return written;
  const own = setMembers(written);
  const { period, interval, ...rest } = setMembers(fallback);
  const isOwnEnabled = own["enabled"] === undefined && own["period"] !== undefined;
  return {
    ...(isOwnEnabled || period === undefined ? {} : { enabled: true }),
    ...(isOwnEnabled ? without(rest, ["enabled"]) : rest),
    ...(own["interval"] === undefined && own["period"] === undefined ? { period, interval } : {}),
    ...own,
  };
}

/**
 * `spec.CORS` as an object has it, with the default in each field that is unset there. Members directly under `CORS`,
 * as the Azure operator has them, and those of `handlePreflightRequests` are the same fields.
 *
 * @param written raw `spec.CORS`; returned as it is when it is no object, for the reader to refuse
 * @param fallback the default, in any shape of `spec.CORS`
 */
export function corsOver(written: unknown, fallback: object | undefined): unknown {
  if (fallback === undefined || !isBlock(written)) return written;
  const own = setMembers(written);
  const preflight = own["handlePreflightRequests"];
  if (!isBlock(preflight)) return written;

  const { handlePreflightRequests, ...rest } = setMembers(fallback);
  const isOwnEnabled = own["enabled"] === undefined && isAzureCors(own);
  const ownMembers = AZURE_MEMBERS.filter((key) => own[key] !== undefined);
  const fallbackPreflight = { ...pick(rest, AZURE_MEMBERS), ...setMembers(handlePreflightRequests) };
  return {
    ...(!isOwnEnabled && isAzureCors(rest) ? { enabled: true } : {}),
    ...without(rest, isOwnEnabled ? [...AZURE_MEMBERS, "enabled"] : AZURE_MEMBERS),
    ...own,
    handlePreflightRequests: { ...without(fallbackPreflight, ownMembers), ...setMembers(preflight) },
  };
}

function isBlock(value: unknown): boolean {
  return isUnset(value) || isObject(value);
}

function setMembers(value: unknown): Raw {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, member]) => !isUnset(member)));
}

function without(value: Raw, keys: readonly string[]): Raw {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

function pick(value: Raw, keys: readonly string[]): Raw {
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)));
}
