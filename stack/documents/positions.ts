// What stands where in an OpenAPI or Swagger document, as far as a `$ref` may stand there: a `$ref` in an example, in a
// default or under the name of a property is data.
import { type JsonObject } from "./json";

/** Kinds of objects of the specifications. */
export type Kind =
  | "callback"
  | "components"
  | "encoding"
  | "example"
  | "header"
  | "link"
  | "mediaType"
  | "openapi"
  | "operation"
  | "parameter"
  | "pathItem"
  | "requestBody"
  | "response"
  | "schema"
  | "swagger";

/** How a member holds objects: one, a list of them, or one for each key. */
export interface Position {
  readonly holds: "one" | "list" | "map";
  readonly kind: Kind;
}

const one = (kind: Kind): Position => ({ holds: "one", kind });
const list = (kind: Kind): Position => ({ holds: "list", kind });
const map = (kind: Kind): Position => ({ holds: "map", kind });

type Members = Readonly<Record<string, Position>>;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

const SCHEMA: Members = {
  ...Object.fromEntries(["allOf", "anyOf", "oneOf", "prefixItems"].map((name) => [name, list("schema")])),
  ...Object.fromEntries(
    ["properties", "patternProperties", "dependentSchemas", "definitions", "$defs"].map((name) => [
      name,
      map("schema"),
    ]),
  ),
  ...Object.fromEntries(
    [
      "items",
      "additionalProperties",
      "not",
      "if",
      "then",
      "else",
      "contains",
      "propertyNames",
      "unevaluatedItems",
      "unevaluatedProperties",
      "contentSchema",
    ].map((name) => [name, one("schema")]),
  ),
};

const VALUE: Members = { schema: one("schema"), content: map("mediaType"), examples: map("example") };

/** Members by kind: Swagger 2.0, OpenAPI 3.0 and 3.1 together, as none of them means one name differently. */
const MEMBERS: Readonly<Record<Kind, Members>> = {
  swagger: {
    paths: map("pathItem"),
    "x-ms-paths": map("pathItem"),
    definitions: map("schema"),
    parameters: map("parameter"),
    responses: map("response"),
  },
  openapi: {
    paths: map("pathItem"),
    "x-ms-paths": map("pathItem"),
    webhooks: map("pathItem"),
    components: one("components"),
  },
  components: {
    schemas: map("schema"),
    responses: map("response"),
    parameters: map("parameter"),
    examples: map("example"),
    requestBodies: map("requestBody"),
    headers: map("header"),
    links: map("link"),
    callbacks: map("callback"),
    pathItems: map("pathItem"),
  },
  pathItem: {
    ...Object.fromEntries(METHODS.map((method) => [method, one("operation")])),
    parameters: list("parameter"),
  },
  operation: {
    parameters: list("parameter"),
    requestBody: one("requestBody"),
    responses: map("response"),
    callbacks: map("callback"),
  },
  parameter: VALUE,
  header: VALUE,
  requestBody: { content: map("mediaType") },
  response: {
    schema: one("schema"),
    headers: map("header"),
    content: map("mediaType"),
    links: map("link"),
  },
  mediaType: { schema: one("schema"), examples: map("example"), encoding: map("encoding") },
  encoding: { headers: map("header") },
  schema: SCHEMA,
  callback: {},
  example: {},
  link: {},
};

/** What a member of an object of this kind holds, or undefined where it holds data. */
export function positionOf(kind: Kind, member: string): Position | undefined {
  // The keys of a callback are expressions, its members path items.
  if (kind === "callback") return member.startsWith("x-") ? undefined : one("pathItem");
  const members = MEMBERS[kind];
  return Object.hasOwn(members, member) ? members[member] : undefined;
}

/** Operations of a path item, by method. */
export function operationsOf(pathItem: JsonObject): readonly (readonly [string, JsonObject])[] {
  return METHODS.flatMap((method) => {
    const operation = pathItem[method];
    return typeof operation === "object" && operation !== null && !Array.isArray(operation)
      ? [[method, operation as JsonObject] as const]
      : [];
  });
}
