/** What an API gets of the policies for which the platform team may decide: its own, the defaults, or what is locked. */
import { readJwt, readMtls, readNetworkPolicy } from "./annotations";
import { canonicalJson } from "./canonicalJson";
import { readCors } from "./cors";
import { corsOver, rateLimitOver } from "./defaults";
import { type FieldError } from "./errors";
import { Field } from "./field";
import { type ExposedApi, type LockablePolicy, type RateLimit } from "./model";
import { optional } from "./optional";
import { type PlatformRules } from "./platform";
import { readRateLimit } from "./policies";

type EffectivePolicies = Pick<
  ExposedApi,
  "cors" | "rateLimit" | "jwt" | "mtls" | "networkPolicy" | "overridden"
>;

/** What an object asks for with the defaults filled in, and what it gets. They differ only where the policy is locked. */
interface Settled<Value> {
  readonly policy: LockablePolicy;
  readonly asked: Value;
  readonly given: Value;
}

/** A policy that the spec has a block of fields for. */
interface BlockPolicy<Value> {
  readonly policy: "CORS" | "rateLimit";
  readonly read: (field: Field) => Value;
  readonly over: (written: unknown, fallback: object | undefined) => unknown;
}

const CORS = { policy: "CORS", read: readCors, over: corsOver } as const;
const RATE_LIMIT = { policy: "rateLimit", read: readRateLimit, over: rateLimitOver } as const;

/**
 * Reads the policies that the platform team may set defaults for, under its rules; {@link PlatformRules} has the
 * precedence. An object that is wrong is refused also where a locked policy makes no use of what it says.
 *
 * @param spec the place of `spec`
 * @param metadata the place of `metadata`
 */
export function readPolicies(spec: Field, metadata: Field, rules: PlatformRules): EffectivePolicies {
  const cors = settleBlock(CORS, spec.get("CORS"), rules);
  const rateLimit = settleBlock(RATE_LIMIT, spec.get("rateLimit"), rules);
  const unset = new Field("metadata", undefined, []);
  const settle = <Value>(
    policy: "jwt" | "mtls" | "networkPolicy",
    read: (metadata: Field, rules: PlatformRules) => Value,
  ): Settled<Value> => {
    const asked = read(metadata, rules);
    return { policy, asked, given: rules.locked.includes(policy) ? read(unset, rules) : asked };
  };
  const jwt = settle("jwt", readJwt);
  const mtls = settle("mtls", readMtls);
  const networkPolicy = settle("networkPolicy", readNetworkPolicy);

  const wrong = identifierErrors(rateLimit.given, jwt.given, spec);
  if (wrong.length > 0) spec.report(explained(wrong, ownIdentifierErrors(spec, metadata, rules)));
  return {
    cors: cors.given,
    rateLimit: rateLimit.given,
    jwt: jwt.given,
    ...optional("mtls", mtls.given),
    ...optional("networkPolicy", networkPolicy.given),
    overridden: [cors, rateLimit, jwt, mtls, networkPolicy].filter(isOverridden).map(({ policy }) => policy),
  };
}

function settleBlock<Value>(
  { policy, read, over }: BlockPolicy<Value>,
  field: Field,
  rules: PlatformRules,
): Settled<Value> {
  const fallback = rules.defaults[policy];
  const isLocked = rules.locked.includes(policy);
  if (fallback === undefined && !isLocked) {
    const asked = read(field);
    return { policy, asked, given: asked };
  }
  const errors: FieldError[] = [];
  const asked = read(new Field(field.path, over(field.value, fallback), errors));
  if (!isLocked) {
    if (errors.length > 0) field.report(explained(errors, errorsOf(read, field)));
    return { policy, asked, given: asked };
  }
  field.report(errorsOf(read, field));
  return { policy, asked, given: read(new Field(field.path, fallback, [])) };
}

/** What is wrong with a block as the object has it, without any default. */
function errorsOf(read: (field: Field) => unknown, { path, value }: Field): readonly FieldError[] {
  const errors: FieldError[] = [];
  read(new Field(path, value, errors));
  return errors;
}

/** Tells of each error that the object's own fields do not have by themselves where it comes from. */
function explained(errors: readonly FieldError[], own: readonly FieldError[]): readonly FieldError[] {
  const isOwn = ({ field, rule }: FieldError) =>
    own.some((other) => other.field === field && other.rule === rule);
  return errors.map((error) =>
    isOwn(error) ? error : { ...error, rule: `${error.rule}, with the platform's defaults` },
  );
}

/** A claim is only there where a token is required. */
function identifierErrors(
  { enabled, identifier }: RateLimit,
  jwt: readonly string[],
  spec: Field,
): readonly FieldError[] {
  if (!enabled || identifier.type !== "claim" || jwt.length > 0) return [];
  const { path } = spec.get("rateLimit").get("identifier");
  const rule = "must be IP or a header while the API requires no token of a JWT provider";
  return [{ field: path, value: `claim:${identifier.name}`, rule }];
}

/** The same for an object as it is written, without any default. */
function ownIdentifierErrors(spec: Field, metadata: Field, rules: PlatformRules): readonly FieldError[] {
  const silent = ({ path, value }: Field) => new Field(path, value, []);
  const jwt = readJwt(silent(metadata), { ...rules, defaults: {} });
  return identifierErrors(readRateLimit(silent(spec.get("rateLimit"))), jwt, spec);
}

function isOverridden({ asked, given }: Settled<unknown>): boolean {
  return asked !== given && canonicalJson(effect(asked)) !== canonicalJson(effect(given));
}

/** The fields of a block count for nothing while it is not enabled. */
function effect(value: unknown): unknown {
  const isOff = typeof value === "object" && value !== null && "enabled" in value && value.enabled === false;
  return isOff ? undefined : value;
}
