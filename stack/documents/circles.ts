// Cuts schemas that contain themselves, which API Management does not import ("Recursion" in its import restrictions).
import { emptyObject, isObject, type Json, type JsonObject, type OpenObject } from "./json";
import { positionOf, type Kind, type Position } from "./positions";
import { isReference, pointerTo } from "./references";

/** A document without circles, and whether there were any. */
export interface CutDocument {
  readonly document: JsonObject;
  readonly cut: boolean;
}

/**
 * The document without circles of schemas: in each, the reference that closes it becomes a schema that takes anything.
 * Which one that is follows from the order of the document: operations first, then the schemas that none of them uses.
 *
 * @param document with references to its own schemas only, as `bundle` gives it
 * @param openapi whether it is OpenAPI 3; else Swagger 2.0
 */
export function cutCircles(document: JsonObject, openapi: boolean): CutDocument {
  return new Cutter(document, openapi).run();
}

class Cutter {
  private readonly path: readonly string[];
  private readonly schemas: JsonObject;
  private readonly names = new Map<string, string>();
  private readonly open = new Set<string>();
  private readonly done = new Map<string, Json>();
  private cut = false;

  constructor(
    private readonly document: JsonObject,
    private readonly openapi: boolean,
  ) {
    this.path = openapi ? ["components", "schemas"] : ["definitions"];
    let held: Json | undefined = document;
    for (const token of this.path) held = isObject(held) ? held[token] : undefined;
    this.schemas = isObject(held) ? held : {};
    for (const name of Object.keys(this.schemas)) this.names.set(pointerTo([...this.path, name]), name);
  }

  run(): CutDocument {
    const kind = this.openapi ? "openapi" : "swagger";
    // Of operations first, so that a schema that they use stays whole and those within it are cut.
    this.copy(this.document["paths"] ?? null, { holds: "map", kind: "pathItem" });
    const document = this.object(this.document, kind);
    return { document, cut: this.cut };
  }

  private copy(value: Json, { holds, kind }: Position): Json {
    if (holds === "one") return isObject(value) ? this.one(value, kind) : value;
    if (Array.isArray(value)) {
      return (value as readonly Json[]).map((item) => (isObject(item) ? this.one(item, kind) : item));
    }
    if (!isObject(value)) return value;
    const copy = emptyObject();
    for (const [name, item] of Object.entries(value))
      copy[name] = isObject(item) ? this.one(item, kind) : item;
    return copy;
  }

  private one(value: JsonObject, kind: Kind): Json {
    if (kind !== "schema" || !isReference(value)) return this.object(value, kind);
    const name = this.names.get(value.$ref);
    if (name === undefined) return value;
    if (this.open.has(name)) {
      this.cut = true;
      return { description: cutText(name) };
    }
    this.schema(name);
    return this.object(value, kind);
  }

  private object(value: JsonObject, kind: Kind): OpenObject {
    const copy = emptyObject();
    for (const [name, held] of Object.entries(value)) {
      if (held === undefined) continue;
      const position = positionOf(kind, name);
      if (value === this.schemasHolder && name === this.path.at(-1)) copy[name] = this.allSchemas();
      else copy[name] = position === undefined ? held : this.copy(held, position);
    }
    return copy;
  }

  /** The object that has the schemas of the document. */
  private get schemasHolder(): Json | undefined {
    return this.openapi ? this.document["components"] : this.document;
  }

  private allSchemas(): JsonObject {
    const copy = emptyObject();
    for (const name of Object.keys(this.schemas)) copy[name] = this.schema(name);
    return copy;
  }

  private schema(name: string): Json {
    const known = this.done.get(name);
    if (known !== undefined) return known;
    const value = this.schemas[name] ?? null;
    this.open.add(name);
    const copy = isObject(value) ? this.one(value, "schema") : value;
    this.open.delete(name);
    this.done.set(name, copy);
    return copy;
  }
}

function cutText(name: string): string {
  return `Any value: ${name} contains itself here, and API Management takes no schemas that do.`;
}
