// What a document says of requests and responses that decides on how they can be checked.
import { type DocumentContents } from "../../components";
import { invalid } from "./document";
import { isObject, type Json, type JsonObject } from "./json";
import { operationsOf } from "./positions";

/** Most media types, and most names of headers: they are part of what is compared at each look at an API. */
const MAX_NAMES = 100;

/** A media type or a range of them, without parameters, in lower case (RFC 9110, section 5.6.2; RFC 6838, section 4.2). */
const MEDIA_TYPE = /^[-!#$%&'*+.^_`|~0-9a-z]{1,127}\/[-!#$%&'*+.^_`|~0-9a-z]{1,127}$/;

/** What Swagger 2.0 means where it names no media type: it does not say so, and nearly all APIs do. */
const JSON_ALONE = ["application/json"];

/**
 * The media types of bodies and the headers that operations describe. Callbacks are not among them: their requests go to
 * the client.
 *
 * @param document as it is imported, with references to schemas only
 * @param openapi whether it is OpenAPI 3; else Swagger 2.0
 * @throws DocumentError where there are too many.
 */
export function contentsOf(document: JsonObject, openapi: boolean): Omit<DocumentContents, "cut"> {
  const bodyTypes = new Set<string>();
  const headers = new Set<string>();
  for (const [pathItem, operation] of allOperations(document)) {
    const parameters = [...objectsIn(pathItem["parameters"]), ...objectsIn(operation["parameters"])];
    for (const { in: place, name } of parameters)
      if (place === "header" && typeof name === "string") headers.add(name.toLowerCase());
    const types = openapi ? typesOf(operation) : typesOfSwagger(document, operation, parameters);
    for (const type of types.map(withoutParameters)) if (MEDIA_TYPE.test(type)) bodyTypes.add(type);
  }
  return { bodyTypes: sorted(bodyTypes, "media types"), headers: sorted(headers, "headers of requests") };
}

function allOperations(document: JsonObject): readonly (readonly [JsonObject, JsonObject])[] {
  return ["paths", "x-ms-paths"]
    .flatMap((name) => objectsIn(document[name]))
    .flatMap((pathItem) => operationsOf(pathItem).map(([, operation]) => [pathItem, operation] as const));
}

/** Keys of `content`, of a request and of each response. */
function typesOf({ requestBody, responses }: JsonObject): readonly string[] {
  const bodies = [...(isObject(requestBody) ? [requestBody] : []), ...objectsIn(responses)];
  return bodies.flatMap(({ content }) => (isObject(content) ? Object.keys(content) : []));
}

/** `consumes` for a request with a body and `produces` for responses with one: of the operation, else of the document. */
function typesOfSwagger(
  document: JsonObject,
  { consumes = document["consumes"], produces = document["produces"], responses }: JsonObject,
  parameters: readonly JsonObject[],
): readonly string[] {
  const isSent = parameters.some(({ in: place }) => place === "body" || place === "formData");
  const isAnswered = objectsIn(responses).some(({ schema }) => schema !== undefined);
  return [...(isSent ? namesIn(consumes) : []), ...(isAnswered ? namesIn(produces) : [])];
}

function namesIn(types: Json | undefined): readonly string[] {
  const names = Array.isArray(types)
    ? (types as readonly Json[]).filter((type): type is string => typeof type === "string")
    : [];
  return names.length === 0 ? JSON_ALONE : names;
}

/** The objects in a list, or under the keys of an object. */
function objectsIn(held: Json | undefined): readonly JsonObject[] {
  return typeof held === "object" && held !== null ? Object.values(held).filter(isObject) : [];
}

function withoutParameters(type: string): string {
  return (type.split(";")[0] ?? "").trim().toLowerCase();
}

function sorted(names: ReadonlySet<string>, what: string): readonly string[] {
  if (names.size > MAX_NAMES)
    throw invalid(`has ${names.size} different ${what}, and at most ${MAX_NAMES} are imported`);
  return [...names].toSorted();
}
