import { type Field, isObject, isUnset } from "./field";
import { type Cors } from "./model";
import { type TextRule } from "./names";
import { ORIGIN_OR_ANY, serialiseOrigin, TOKEN } from "./web";

const ANY_ORIGIN = ["*"];

const DEFAULT_HEADERS = [
  "Origin",
  "Accept",
  "X-Requested-With",
  "Content-Type",
  "Access-Control-Request-Method",
  "Access-Control-Request-Headers",
];

const DEFAULT_METHODS = ["GET", "POST", "HEAD", "OPTIONS"];

const DEFAULT_MAX_AGE = 1800;

/** Members that only the Azure operator's variant has directly under `CORS`. */
export const AZURE_MEMBERS = ["allowHeaders", "allowMethods", "maxAge"] as const;

type AzureMember = (typeof AZURE_MEMBERS)[number];

/** Whether a raw `spec.CORS` has the shape of the Azure operator's variant, which asks for CORS by itself. */
export function isAzureCors(cors: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(cors["allowOrigins"]) || AZURE_MEMBERS.some((key) => !isUnset(cors[key]));
}

/**
 * Reads `spec.CORS`; the defaults are those of TM Forum's CRD. Lists are CSV texts there and lists in the Azure
 * operator's variant, which also puts headers, methods and maxAge directly under `CORS` and has no `enabled`: a block
 * in that shape is enabled unless it says otherwise. Repeated items are read once.
 *
 * `*` together with credentials is an error while enabled: browsers refuse that answer (Fetch, CORS protocol).
 *
 * @param field the place of `spec.CORS`
 */
export function readCors(field: Field): Cors {
  const cors = field.object();
  const preflight = cors.get("handlePreflightRequests").object();
  const member = (key: AzureMember) => (preflight.get(key).isSet ? preflight.get(key) : cors.get(key));

  const origins = cors.get("allowOrigins");
  const enabled = cors.get("enabled").boolean() ?? (isObject(cors.value) && isAzureCors(cors.value));
  const allowCredentials = cors.get("allowCredentials").boolean() ?? false;
  const allowOrigins = readList(origins, ORIGIN_OR_ANY, ANY_ORIGIN).map(
    (origin) => serialiseOrigin(origin) ?? origin,
  );
  if (enabled && allowCredentials && allowOrigins.includes("*")) {
    origins.fail('must list origins, not "*" (also the default), while allowCredentials is true');
  }
  return {
    enabled,
    allowCredentials,
    allowOrigins: [...new Set(allowOrigins)],
    handlePreflightRequests: {
      enabled: preflight.get("enabled").boolean() ?? true,
      allowHeaders: readList(member("allowHeaders"), TOKEN, DEFAULT_HEADERS),
      allowMethods: readList(member("allowMethods"), TOKEN, DEFAULT_METHODS),
      maxAge: member("maxAge").integer({ from: 0, to: Number.MAX_SAFE_INTEGER }) ?? DEFAULT_MAX_AGE,
    },
  };
}

/** A list that is written but names nothing is an error: its default may allow more than an empty list seems to. */
function readList(field: Field, rule: TextRule, fallback: readonly string[]): readonly string[] {
  if (!field.isSet) return [...fallback];
  const isList = typeof field.value === "string" || Array.isArray(field.value);
  const items = field.csv();
  if (isList && items.length === 0) field.fail("must name at least one value, or be left out");
  return [...new Set(items.flatMap((item) => item.text(rule) ?? []))];
}
