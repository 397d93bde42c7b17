/** Imports a document as API Management does: an operation for each path and method. */
import { parse } from "yaml";
import { invalid } from "./refusal";
import { type Properties } from "./kinds";

/** Most characters of a document that is imported inline (API import restrictions). */
const MAX_DOCUMENT = 4 * 2 ** 20;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** An operation by its id. */
export type Operations = ReadonlyMap<string, Properties>;

interface Document {
  readonly openapi?: string;
  readonly swagger?: string;
  readonly info?: { readonly title?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>;
}

/**
 * The operations of a document in one of the inline formats.
 *
 * @throws Refusal for a document that cannot be read, or is of another format than it is said to be.
 */
export function importDocument(format: string, value: string): Operations {
  if (value.length > MAX_DOCUMENT) throw invalid("value", "The document is too large.");
  const document = read(format, value);
  if (value.includes('"$ref":"http')) throw invalid("value", "External references are not supported.");
  const operations = Object.entries(document.paths ?? {}).flatMap(([urlTemplate, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => {
      const id = item[method]?.operationId ?? `${method}-${urlTemplate}`;
      return [normalised(id), { displayName: id, method: method.toUpperCase(), urlTemplate }] as const;
    }),
  );
  return new Map(operations);
}

/** What an operation is called ("API import restrictions", normalisation rules for operationId). */
function normalised(id: string): string {
  return id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 76);
}

function read(format: string, value: string): Document {
  let document: unknown;
  try {
    document = format === "openapi" ? parse(value) : JSON.parse(value);
  } catch {
    throw invalid("value", `Parsing error(s): the document is not ${format}.`);
  }
  const { openapi, swagger, info } = (document ?? {}) as Document;
  const right = format === "swagger-json" ? swagger === "2.0" : openapi?.startsWith("3.") === true;
  if (!right || info?.title === undefined) {
    throw invalid("value", `Parsing error(s): the document is not ${format}.`);
  }
  return document as Document;
}

/** Formats whose document stands in the request. */
export const INLINE_FORMATS: readonly unknown[] = ["openapi", "openapi+json", "swagger-json"];
