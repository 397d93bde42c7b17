// Puts all that a document refers to into the document itself. Schemas stay references, to the schemas of the document,
// because API Management keeps those of an API together; references to all else are replaced by what they refer to.
import { invalid } from "./document";
import { emptyObject, isObject, type Json, type JsonObject, type OpenObject } from "./json";
import { positionOf, type Kind } from "./positions";
import {
  isReference,
  pointerTo,
  readablePointer,
  type Source,
  type Sources,
  type Target,
} from "./references";

/** Objects and arrays of the result: references within references could multiply without end. */
const MAX_NODES = 1_000_000;

/** Levels of the result, with what is put in place of references. */
const MAX_LEVELS = 1_000;

/** Where the walk is. */
interface Place {
  readonly source: Source;
  readonly path: Path | undefined;
  /** References that were replaced on the way here, by what they refer to. */
  readonly within: readonly string[];
  readonly level: number;
}

interface Path {
  readonly before: Path | undefined;
  readonly token: string;
}

/**
 * The document with references to its own schemas only. While documents are missing, `sources.missing` names them and
 * the result is good for nothing.
 *
 * @param openapi whether it is OpenAPI 3; else Swagger 2.0
 * @throws DocumentError for a reference that leads nowhere, or in a circle that schemas have no part in.
 */
export function bundle(sources: Sources, openapi: boolean): JsonObject {
  return new Bundle(sources, openapi).run();
}

class Bundle {
  /** Pointer to the schemas of the document. */
  private readonly schemas: readonly string[];
  /** Names of schemas that are not among them in the source, by what they were. */
  private readonly imported = new Map<string, string>();
  private readonly waiting: { readonly name: string; readonly target: Target }[] = [];
  private readonly taken: Set<string>;
  private readonly ids = new Map<Source, number>();
  private nodes = 0;

  constructor(
    private readonly sources: Sources,
    private readonly openapi: boolean,
  ) {
    this.schemas = openapi ? ["components", "schemas"] : ["definitions"];
    this.taken = new Set(Object.keys(member(sources.root.value, this.schemas) ?? {}));
  }

  run(): JsonObject {
    const { root } = this.sources;
    const place: Place = { source: root, path: undefined, within: [], level: 0 };
    const document = this.walk(root.value, this.openapi ? "openapi" : "swagger", place) as OpenObject;
    const added = emptyObject();
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      const { source, tokens, value } = next.target;
      added[next.name] = this.walk(value, "schema", { source, path: pathOf(tokens), within: [], level: 0 });
    }
    if (this.imported.size > 0) addSchemas(document, this.schemas, added);
    return document;
  }

  private walk(value: Json, kind: Kind, place: Place): Json {
    if (!isObject(value)) return value;
    if (++this.nodes > MAX_NODES || place.level > MAX_LEVELS) {
      throw invalid("grows too large or too deep when its references are resolved");
    }
    if (isReference(value)) return this.reference(value, kind, place);
    return this.members(value, kind, place);
  }

  private members(value: JsonObject, kind: Kind, place: Place): OpenObject {
    const copy = emptyObject();
    for (const [name, held] of Object.entries(value)) {
      if (held === undefined) continue;
      const position = positionOf(kind, name);
      const inner = { ...place, path: { before: place.path, token: name }, level: place.level + 1 };
      if (kind === "schema" && name === "discriminator") copy[name] = this.discriminator(held, inner);
      else if (position === undefined) copy[name] = held;
      else if (position.holds === "one") copy[name] = this.walk(held, position.kind, inner);
      else copy[name] = this.several(held, position.kind, inner);
    }
    return copy;
  }

  private several(held: Json, kind: Kind, place: Place): Json {
    const each = (item: Json, token: string): Json =>
      this.walk(item, kind, { ...place, path: { before: place.path, token }, level: place.level + 1 });
    if (Array.isArray(held)) return (held as readonly Json[]).map((item, index) => each(item, String(index)));
    if (!isObject(held)) return held;
    const copy = emptyObject();
    for (const [name, item] of Object.entries(held)) {
      if (item === undefined) continue;
      // What begins so among paths and responses is an extension.
      const extension = name.startsWith("x-") && (kind === "pathItem" || kind === "response");
      copy[name] = extension ? item : each(item, name);
    }
    return copy;
  }

  private reference(value: JsonObject & { readonly $ref: string }, kind: Kind, place: Place): Json {
    if (kind === "schema") {
      const siblings = this.members(value, "schema", place);
      siblings["$ref"] = this.schemaReference(value.$ref, place);
      return siblings;
    }
    const target = this.sources.find(value.$ref, place.source, () => textOf(place.path));
    if (target === undefined) return value;
    const id = this.idOf(target);
    if (place.within.includes(id)) {
      throw invalid(
        `has references that lead in a circle at ${textOf(place.path)}: ${pointerTo(target.tokens)}`,
      );
    }
    const inner = { ...place, source: target.source, path: pathOf(target.tokens) };
    const found = this.walk(target.value, kind, {
      ...inner,
      within: [...place.within, id],
      level: place.level + 1,
    });
    const overriding = Object.fromEntries(Object.entries(value).filter(([name]) => name !== "$ref"));
    // Beside a reference, only OpenAPI 3.1 and path items take other members.
    const takesMore = kind === "pathItem" || this.isOpenApi31;
    if (!takesMore || !isObject(found) || Object.keys(overriding).length === 0) return found;
    return Object.assign(emptyObject(), found, this.members(overriding, kind, place));
  }

  private get isOpenApi31(): boolean {
    const version = isObject(this.sources.root.value) ? this.sources.root.value["openapi"] : undefined;
    return typeof version === "string" && version.startsWith("3.1");
  }

  /** The reference to a schema as it is in the result. */
  private schemaReference(reference: string, place: Place): string {
    const target = this.sources.find(reference, place.source, () => textOf(place.path));
    if (target === undefined) return reference;
    const { source, tokens } = target;
    const depth = this.schemas.length;
    const own = tokens.length === depth + 1 && this.schemas.every((token, index) => tokens[index] === token);
    if (source === this.sources.root && own) return pointerTo(tokens);
    return pointerTo([...this.schemas, this.import(target)]);
  }

  private import(target: Target): string {
    const id = this.idOf(target);
    const known = this.imported.get(id);
    if (known !== undefined) return known;
    const name = this.freeName(target);
    this.imported.set(id, name);
    this.taken.add(name);
    this.waiting.push({ name, target });
    return name;
  }

  /** Named after the last part of the pointer, or the file. */
  private freeName({ source, tokens }: Target): string {
    const file = source.base === undefined ? undefined : new URL(source.base).pathname.split("/").at(-1);
    const wanted = tokens.at(-1) ?? file?.replace(/\.[a-z]+$/i, "") ?? "";
    const name = wanted.replace(/[^-\w.]+/g, "_") || "schema";
    for (let suffix = 2, free = name; ; free = `${name}_${suffix++}`) if (!this.taken.has(free)) return free;
  }

  /** `mapping` names schemas, or refers to them; a name may have dots like a file. */
  private discriminator(held: Json, place: Place): Json {
    if (!isObject(held) || !isObject(held["mapping"])) return held;
    const mapping = emptyObject();
    for (const [value, schema] of Object.entries(held["mapping"])) {
      const refers = typeof schema === "string" && (schema.includes("#") || /\.(json|ya?ml)$/i.test(schema));
      mapping[value] = refers ? this.schemaReference(schema, place) : schema;
    }
    return Object.assign(emptyObject(), held, { mapping });
  }

  private idOf({ source, tokens }: Target): string {
    const number = this.ids.get(source) ?? this.ids.size;
    this.ids.set(source, number);
    return `${number}${pointerTo(tokens)}`;
  }
}

function addSchemas(document: OpenObject, path: readonly string[], added: JsonObject): void {
  let holder = document;
  for (const token of path) {
    const held = holder[token];
    holder = holder[token] = Object.assign(emptyObject(), isObject(held) ? held : {});
  }
  Object.assign(holder, added);
}

function member(value: Json, path: readonly string[]): JsonObject | undefined {
  let found: Json | undefined = value;
  for (const token of path) found = isObject(found) ? found[token] : undefined;
  return isObject(found) ? found : undefined;
}

function pathOf(tokens: readonly string[]): Path | undefined {
  let path: Path | undefined;
  for (const token of tokens) path = { before: path, token };
  return path;
}

/** A path as a pointer, `#/paths/~1shop/get`. */
function textOf(path: Path | undefined): string {
  const tokens: string[] = [];
  for (let at = path; at !== undefined; at = at.before) tokens.unshift(at.token);
  return readablePointer(tokens);
}
