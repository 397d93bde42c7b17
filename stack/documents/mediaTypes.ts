// Media types of JSON without parameters: TM Forum's documents have `application/json;charset=utf-8`, requests seldom do.
import { emptyObject, isObject, mapMembers, type Json, type JsonObject } from "./json";
import { positionOf, type Kind, type Position } from "./positions";

/** JSON has no parameters (RFC 8259, section 11); other types may mean something else with them. */
const JSON_WITH_PARAMETERS = /^\s*(application\/(?:[-\w.]+\+)?json)\s*;/i;

/**
 * The document with types of JSON by their names alone. API Management compares the type of a request with these texts;
 * of two that become the same, the first counts.
 *
 * @param openapi whether it is OpenAPI 3; else Swagger 2.0
 */
export function plainMediaTypes(document: JsonObject, openapi: boolean): JsonObject {
  return plain(document, openapi ? "openapi" : "swagger");
}

function plain(value: JsonObject, kind: Kind): JsonObject {
  return mapMembers(value, (member, name) => {
    const position = positionOf(kind, name);
    if (position === undefined) return isTypes(kind, name) ? plainList(member) : member;
    const copy = plainHeld(member, position);
    return position.kind === "mediaType" && isObject(copy) ? plainKeys(copy) : copy;
  });
}

function plainHeld(held: Json, { holds, kind }: Position): Json {
  // Schemas have no types of media.
  if (kind === "schema") return held;
  const each = (value: Json): Json => (isObject(value) ? plain(value, kind) : value);
  if (holds === "one") return each(held);
  if (Array.isArray(held)) return (held as readonly Json[]).map(each);
  return isObject(held) ? mapMembers(held, each) : held;
}

/** `consumes` and `produces` of Swagger 2.0. */
function isTypes(kind: Kind, name: string): boolean {
  return (kind === "swagger" || kind === "operation") && (name === "consumes" || name === "produces");
}

function plainList(types: Json): Json {
  if (!Array.isArray(types)) return types;
  const names = (types as readonly Json[]).map((type) => (typeof type === "string" ? plainType(type) : type));
  return [...new Set(names)];
}

function plainKeys(content: JsonObject): JsonObject {
  const copy = emptyObject();
  for (const [type, value] of Object.entries(content)) copy[plainType(type)] ??= value;
  return copy;
}

function plainType(type: string): string {
  return JSON_WITH_PARAMETERS.exec(type)?.[1] ?? type;
}
