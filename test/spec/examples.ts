/** Custom resources to parse, and the errors a parse of them gives. */
import {
  type ExposedApi,
  type FieldError,
  formatFieldError,
  InvalidSpecError,
  noRules,
  parseExposedApi,
  type PlatformRules,
} from "../../spec";

export type Json = Record<string, unknown>;

/** A small valid ExposedAPI (v1) whose spec has `changes` on top. */
export function resource(changes: Json = {}, metadata: Json = {}): Json {
  return {
    apiVersion: "oda.tmforum.org/v1",
    kind: "ExposedAPI",
    metadata: { name: "r1-catalog-api", namespace: "components", ...metadata },
    spec: {
      name: "api",
      apiType: "openapi",
      implementation: "r1-prodcatapi",
      path: "/r1-catalog/tmf-api/productCatalogManagement/v4",
      port: 8080,
      ...changes,
    },
  };
}

export function parse(changes: Json = {}, metadata: Json = {}, rules?: PlatformRules): ExposedApi {
  return parseExposedApi(resource(changes, metadata), rules);
}

/** What a parse of `object` complains about; an empty list when it is valid. */
export function fieldErrors(object: unknown, rules?: PlatformRules): readonly FieldError[] {
  try {
    parseExposedApi(object, rules);
    return [];
  } catch (error) {
    if (error instanceof InvalidSpecError) return error.fields;
    throw error;
  }
}

/** The same as sentences, for a spec with `changes`. */
export function complaints(changes: Json, metadata: Json = {}, rules?: PlatformRules): string[] {
  return fieldErrors(resource(changes, metadata), rules).map(formatFieldError);
}

/** Rules of a platform team with two JWT providers. */
export function rulesWith(rules: Partial<PlatformRules>): PlatformRules {
  return { ...noRules, jwtProviders: ["keycloak", "partner"], ...rules };
}

/** Metadata with annotations of `oda.tmforum.org`, by what follows the slash. */
export function annotated(annotations: Json): Json {
  const entries = Object.entries(annotations).map(([key, value]) => [`oda.tmforum.org/${key}`, value]);
  return { annotations: Object.fromEntries(entries) as Json };
}
