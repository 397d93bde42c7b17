// The bytes of a document as JSON data. What is wrong is told by its place only: the bytes may be somebody's secret.
import { isScalar, LineCounter, parseDocument, visit, type Scalar, type YAMLMap } from "yaml";
import { invalid } from "./document";
import { emptyObject, type Json } from "./json";

/** How often an anchor of YAML may be used, times the aliases in what it stands for. */
const MAX_ALIASES = 10_000;

/** Values of a document: aliases within aliases would multiply to more than there is memory for. */
const MAX_VALUES = 2_000_000;

/** Levels of arrays and objects: what is deeper is nobody's API, and would end the stack. */
const MAX_DEPTH = 200;

/**
 * Parses a document: JSON where it begins with a brace, else YAML 1.2; UTF-8, with or without a byte order mark. Of a key
 * that an object in JSON has twice the last counts, as JSON.parse has it; in YAML it is an error. Anchors and merge keys
 * are resolved.
 *
 * @throws DocumentError naming the line and column.
 */
export function parseText(bytes: Uint8Array): Json {
  const text = decode(bytes);
  const trimmed = text.trimStart();
  if (trimmed === "") throw invalid("is empty");
  if (trimmed.startsWith("<")) throw invalid("is a page in HTML or XML, not an API's document");
  const value = trimmed.startsWith("{") ? parseJson(text) : parseYaml(text);
  return new Copy().of(value, 0);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid("is not text in UTF-8");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // YAML has braces too, and tells where something is wrong.
    return parseYaml(text);
  }
}

function parseYaml(text: string): unknown {
  const lineCounter = new LineCounter();
  const wrong = (offset: number, code: string): Error => {
    const { line, col } = lineCounter.linePos(offset);
    return invalid(`is neither JSON nor YAML at line ${line}, column ${col} (${code})`);
  };
  try {
    const document = parseDocument(text, {
      lineCounter,
      merge: true,
      prettyErrors: false,
      logLevel: "silent",
      // Compares each key with each other: a large object would take minutes.
      uniqueKeys: false,
    });
    const [error] = document.errors;
    if (error !== undefined) throw wrong(error.pos[0], error.code);
    visit(document, {
      Map: (_, map) => {
        const twice = repeatedKey(map);
        if (twice !== undefined) throw wrong(twice.range?.[0] ?? 0, "DUPLICATE_KEY");
      },
    });
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    // Too many aliases, aliases without an anchor or within it, and levels without end.
    if (error instanceof ReferenceError) throw invalid("has aliases in its YAML that cannot be resolved");
    if (error instanceof RangeError) throw tooDeep();
    throw error;
  }
}

function repeatedKey({ items }: YAMLMap): Scalar | undefined {
  const keys = new Set<unknown>();
  for (const { key } of items) {
    if (!isScalar(key) || key.value === "<<") continue;
    const name = String(key.value);
    if (keys.has(name)) return key;
    keys.add(name);
  }
  return undefined;
}

function tooDeep(): Error {
  return invalid(`has more than ${MAX_DEPTH} levels`);
}

/** Makes of a value what JSON can hold, in objects without a prototype: a key `__proto__` is a key like others. */
class Copy {
  private values = 0;

  of(value: unknown, depth: number): Json {
    if (depth > MAX_DEPTH) throw tooDeep();
    if (++this.values > MAX_VALUES) throw invalid(`has more than ${MAX_VALUES} values`);
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return Number.isFinite(value) ? value : null;
    if (Array.isArray(value)) return value.map((item) => this.of(item, depth + 1));
    if (typeof value !== "object") throw invalid("has a value in its YAML that JSON cannot hold");
    const copy = emptyObject();
    for (const [key, member] of Object.entries(value)) copy[key] = this.of(member, depth + 1);
    return copy;
  }
}
