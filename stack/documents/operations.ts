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
 * @throws DocumentError for one that two operations have, and for a path parameter that is not in its path.
 */
export function nameOperations(document: JsonObject): JsonObject {
  const paths = document["paths"];
  if (!isObject(paths)) return document;
  const names = new Map<string, string>();
  for (const { place, operation } of allOperations(paths)) {
    const id = operation["operationId"];
    if (typeof id !== "string" || id.trim() === "") continue;
    const other = names.get(id);
    if (other !== undefined)
      throw invalid(`has the operationId ${quote(id)} twice: at ${other} and ${place}`);
    names.set(id, place);
  }
  const taken = new Set([...names.keys()].map(normalised));
  const copy = Object.assign(emptyObject(), document);
  copy["paths"] = mapMembers(paths, (pathItem, path) => {
    if (!isObject(pathItem) || !path.startsWith("/")) return pathItem;
    checkParameters(path, pathItem);
    return nameOperationsOf(path, pathItem, taken);
  });
  return copy;
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
