// OpenAPI 3.1 as 3.0. API Management imports 3.1 by the rules of 3.0: it refuses numbers in `exclusiveMinimum`, for one.
import { emptyObject, isObject, mapMembers, type Json, type JsonObject, type OpenObject } from "./json";
import { positionOf, type Kind, type Position } from "./positions";

/** The newest version that API Management knows for import and export. */
const VERSION = "3.0.3";

/** What 3.0 has nothing for. Each of them in a schema only narrows it, so without it more is taken. */
const UNKNOWN_IN_SCHEMAS = [
  "$anchor",
  "$comment",
  "$defs",
  "$dynamicAnchor",
  "$dynamicRef",
  "$id",
  "$schema",
  "$vocabulary",
  "contains",
  "contentEncoding",
  "contentMediaType",
  "contentSchema",
  "dependentRequired",
  "dependentSchemas",
  "else",
  "if",
  "maxContains",
  "minContains",
  "patternProperties",
  "prefixItems",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];

const UNKNOWN: Partial<Readonly<Record<Kind, readonly string[]>>> = {
  openapi: ["jsonSchemaDialect", "webhooks"],
  components: ["pathItems"],
  schema: UNKNOWN_IN_SCHEMAS,
};

/**
 * A document of OpenAPI 3.1 as one of 3.0.3; others as they are, but for 3.0.4, which says the same as 3.0.3.
 *
 * @param document with references to its own schemas only
 */
export function asOpenApi30(document: JsonObject): JsonObject {
  const version = document["openapi"];
  if (typeof version !== "string") return document;
  if (version.startsWith("3.0")) {
    return version === "3.0.4" ? Object.assign(emptyObject(), document, { openapi: VERSION }) : document;
  }
  const copy = convert(document, "openapi");
  copy["openapi"] = VERSION;
  copy["paths"] ??= emptyObject();
  if (isObject(copy["info"])) copy["info"] = withoutNews(copy["info"]);
  const components = copy["components"];
  if (isObject(components) && isObject(components["securitySchemes"])) {
    const securitySchemes = without(components["securitySchemes"], (scheme) => {
      return isObject(scheme) && scheme["type"] === "mutualTLS";
    });
    copy["components"] = Object.assign(emptyObject(), components, { securitySchemes });
  }
  return copy;
}

function withoutNews(info: JsonObject): JsonObject {
  const copy = without(info, (_, name) => name === "summary");
  if (isObject(copy["license"]))
    copy["license"] = without(copy["license"], (_, name) => name === "identifier");
  return copy;
}

function without(value: JsonObject, unwanted: (member: Json, name: string) => boolean): OpenObject {
  const copy = emptyObject();
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined && !unwanted(member, name)) copy[name] = member;
  }
  return copy;
}

function convert(value: JsonObject, kind: Kind): OpenObject {
  const known = without(value, (_, name) => UNKNOWN[kind]?.includes(name) === true);
  const copy = mapMembers(known, (member, name) => {
    const position = positionOf(kind, name);
    return position === undefined ? member : convertHeld(member, position);
  });
  if (kind === "schema") return schemaOf(value, copy);
  // An operation of 3.0 must have responses, and they must not be empty.
  if (kind === "operation") copy["responses"] ??= { default: { description: "" } };
  return copy;
}

function convertHeld(held: Json, { holds, kind }: Position): Json {
  const each = (value: Json): Json => (isObject(value) ? convert(value, kind) : booleanSchema(value, kind));
  if (holds === "one") return Array.isArray(held) ? held : each(held);
  if (Array.isArray(held)) return (held as readonly Json[]).map(each);
  return isObject(held) ? mapMembers(held, each) : held;
}

/** `true` and `false` in place of schemas; `additionalProperties` of 3.0 takes them, and is left. */
function booleanSchema(value: Json, kind: Kind): Json {
  if (kind !== "schema" || typeof value !== "boolean") return value;
  return value ? emptyObject() : { not: emptyObject() };
}

/** @param source the schema as it was, @param copy the same with what it holds converted, and nothing that is unknown. */
function schemaOf(source: JsonObject, copy: OpenObject): OpenObject {
  if (typeof source["additionalProperties"] === "boolean") {
    copy["additionalProperties"] = source["additionalProperties"];
  }
  if (copy["const"] !== undefined) {
    copy["enum"] ??= [copy["const"]];
    delete copy["const"];
  }
  bound(copy, "minimum", "exclusiveMinimum", Math.max);
  bound(copy, "maximum", "exclusiveMaximum", Math.min);
  if (Array.isArray(copy["examples"])) {
    const [first] = copy["examples"] as readonly Json[];
    delete copy["examples"];
    if (first !== undefined) copy["example"] ??= first;
  }
  if (source["contentEncoding"] === "base64" && copy["format"] === undefined) copy["format"] = "byte";
  setType(copy);
  for (const name of ["anyOf", "oneOf"]) withoutNull(copy, source, name);
  if (copy["type"] === "array") copy["items"] ??= emptyObject();
  return referring(copy);
}

/** 3.1 has the exclusive bound in place of the inclusive one; 3.0 says beside the bound whether it is exclusive. */
function bound(
  schema: OpenObject,
  name: string,
  exclusive: string,
  stricter: (a: number, b: number) => number,
): void {
  const value = schema[exclusive];
  if (typeof value !== "number") return;
  const inclusive = schema[name];
  const limit = typeof inclusive === "number" ? stricter(value, inclusive) : value;
  schema[name] = limit;
  // Of two bounds the stricter one is left.
  schema[exclusive] = limit === value;
}

/** A list of types becomes `nullable`, and alternatives where more than one is left. */
function setType(schema: OpenObject): void {
  const { type } = schema;
  const types = Array.isArray(type) ? (type as readonly Json[]) : [type];
  const others = types.filter((each) => each !== "null" && each !== undefined);
  if (types.includes("null")) schema["nullable"] = true;
  if (others.length === 1) schema["type"] = others[0];
  else delete schema["type"];
  if (others.length > 1) {
    const alternatives = others.map((each) =>
      each === "array" ? { type: each, items: {} } : { type: each },
    );
    if (schema["anyOf"] === undefined) schema["anyOf"] = alternatives;
    else schema["allOf"] = [...list(schema["allOf"]), { anyOf: alternatives }];
  }
}

/** The alternative `null` becomes `nullable`. */
function withoutNull(schema: OpenObject, source: JsonObject, name: string): void {
  const before = list(source[name]);
  const isNull = (each: Json | undefined): boolean => isObject(each) && each["type"] === "null";
  if (!before.some(isNull) || before.every(isNull)) return;
  const others = list(schema[name]).filter((_, index) => !isNull(before[index]));
  schema[name] = others;
  schema["nullable"] = true;
}

/** What stands beside a reference counts in 3.1; in 3.0 nothing does, so the reference becomes a part. */
function referring(schema: OpenObject): OpenObject {
  const { $ref, ...rest } = schema;
  if ($ref === undefined || Object.keys(rest).length === 0) return schema;
  return Object.assign(emptyObject(), rest, { allOf: [{ $ref }, ...list(rest["allOf"])] });
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
