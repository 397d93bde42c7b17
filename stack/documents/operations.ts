// Operations of a document, which API Management knows by their `operationId`.
import { invalid } from "./document";
import { emptyObject, isObject, mapMembers, type Json, type JsonObject } from "./json";
import { operationsOf } from "./positions";

/** Characters of an operation's name in API Management, without room for a suffix. */
const MAX_NAME = 76;

/**
 * The document with an `operationId` for each operation. API Management compares these with the operations it has, and
 * deletes those that match none; one that is missing is made of method and path, as API Management does.
 *
 * @throws DocumentError for one that two operations have, or that is the same for API Management, and for a path parameter that is not in its path.
 */
export function nameOperations(document: JsonObject): JsonObject {
  const paths = document["paths"];
  if (!isObject(paths)) return document;
  const names = new Map<string, Named>();
  for (const { place, operation } of allOperations(paths)) {
    const id = operation["operationId"];
    if (typeof id !== "string" || id.trim() === "") continue;
    const name = normalised(id);
    // Of an id without such letters nothing is left that could be compared.
    const key = name === "" ? id : name;
    const other = names.get(key);
    if (other !== undefined) throw twice(other, { id, place });
    names.set(key, { id, place });
  }
  const taken = new Set(names.keys());
  const copy = Object.assign(emptyObject(), document);
  copy["paths"] = mapMembers(paths, (pathItem, path) => {
    if (!isObject(pathItem) || !path.startsWith("/")) return pathItem;
    checkParameters(path, pathItem);
    return nameOperationsOf(path, pathItem, taken);
  });
  return copy;
}

/** An operation with an id of its own. */
interface Named {
  readonly id: string;
  readonly place: string;
}

/**
 * API Management tells two such operations apart by a suffix that depends on their order: the next import may take one
 * for the other, and fail.
 */
function twice(one: Named, other: Named): Error {
  if (one.id === other.id) {
    return invalid(`has the operationId ${quote(one.id)} twice: at ${one.place} and ${other.place}`);
  }
  const [first, second] = [one, other].map(({ id, place }) => `${quote(id)} at ${place}`);
  return invalid(`has operationIds that are one for API Management: ${first ?? ""} and ${second ?? ""}`);
}

function nameOperationsOf(path: string, pathItem: JsonObject, taken: Set<string>): JsonObject {
  const copy = Object.assign(emptyObject(), pathItem);
  for (const [method, operation] of operationsOf(pathItem)) {
    const id = operation["operationId"];
    if (typeof id === "string" && id.trim() !== "") continue;
    const name = freeName(normalised(`${method}-${path}`), taken);
    taken.add(name);
    copy[method] = Object.assign(emptyObject(), operation, { operationId: name });
  }
  return copy;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let suffix = 2, free = name; ; free = `${name}-${suffix++}`) if (!taken.has(free)) return free;
}

/** The name that API Management gives an operation: its page "API import restrictions", normalisation rules. */
function normalised(id: string): string {
  return trimDashes(
    trimDashes(id.toLowerCase().replace(/[^a-z0-9]+/g, "-"))
      // What is cut off may leave a dash.
      .slice(0, MAX_NAME),
  );
}

function trimDashes(text: string): string {
  return text.replace(/^-+/, "").replace(/-+$/, "");
}

interface Operation {
  readonly place: string;
  readonly operation: JsonObject;
}

function* allOperations(paths: JsonObject): Generator<Operation> {
  for (const [path, pathItem] of Object.entries(paths)) {
    if (!isObject(pathItem) || !path.startsWith("/")) continue;
    for (const [method, operation] of operationsOf(pathItem)) {
      yield { place: `${method.toUpperCase()} ${path}`, operation };
    }
  }
}

/** Path parameters that their path does not have, which API Management refuses. */
function checkParameters(path: string, pathItem: JsonObject): void {
  const places = [pathItem, ...operationsOf(pathItem).map(([, operation]) => operation)];
  for (const parameter of places.flatMap((place) => listOf(place["parameters"]))) {
    if (!isObject(parameter) || parameter["in"] !== "path" || typeof parameter["name"] !== "string") continue;
    if (!path.includes(`{${parameter["name"]}}`)) {
      throw invalid(`has the path parameter ${quote(parameter["name"])}, which is not in the path ${path}`);
    }
  }
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
