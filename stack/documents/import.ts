// From the bytes of a document to what a gateway imports.
import { bundle } from "./bundle";
import { cutCircles } from "./circles";
import { contentsOf } from "./contents";
import { digestOf, invalid, referredTo, type ImportedDocument } from "./document";
import { isObject, ordinary, type Json, type JsonObject } from "./json";
import { plainMediaTypes } from "./mediaTypes";
import { asOpenApi30 } from "./openapi31";
import { nameOperations } from "./operations";
import { parseText } from "./parse";
import { Sources, type Source } from "./references";
import { isLargerThan } from "./size";
import { validate } from "./validate";

/** The bytes of a document, and where they were found; text that is given was found nowhere. */
export interface RawDocument {
  readonly bytes: Uint8Array;
  /** Where it was asked for. */
  readonly url?: string | undefined;
  /** Where it was found after redirects, which its references are relative to. */
  readonly base?: string | undefined;
}

/** Another document that was referred to. */
export interface OtherDocument extends RawDocument {
  readonly url: string;
}

/** A document that is done, or URLs of others that it refers to, without fragment. */
export type ImportStep = { readonly imported: ImportedDocument } | { readonly missing: readonly string[] };

/**
 * Parses a document and makes of it what API Management imports: OpenAPI 3.0 or Swagger 2.0 in JSON, valid, with
 * references to its own schemas only, no schema that contains itself, and a name for each operation.
 *
 * @param others the documents that were missing so far
 * @param limit bytes that the text may have in a request
 * @throws DocumentError, of which the message goes after the field.
 */
export async function importDocument(
  raw: RawDocument,
  others: readonly OtherDocument[],
  limit: number,
): Promise<ImportStep> {
  try {
    const root = parseText(raw.bytes);
    const openapi = isOpenApi(root);
    const sources = new Sources({ value: root, base: raw.base }, raw.url);
    for (const other of others) sources.add(other.url, sourceOf(other));
    const whole = bundle(sources, openapi);
    if (sources.missing.size > 0) return { missing: [...sources.missing] };
    if (isLargerThan(whole, limit)) throw tooLarge(`more than ${limit}`, limit);
    const document = asOpenApi30(whole);
    // OpenAPI 3.1 by its own rules first, so that what is wrong is told in its terms.
    if (document["openapi"] !== whole["openapi"]) await check(whole);
    await check(document);
    const { document: uncircled, cut } = cutCircles(document, openapi);
    const fitting = plainMediaTypes(nameOperations(uncircled), openapi);
    return {
      imported: { ...finished(fitting, openapi, limit), contents: { ...contentsOf(fitting, openapi), cut } },
    };
  } catch (error) {
    // The stack has ended.
    if (error instanceof RangeError) throw invalid("is nested too deep");
    throw error;
  }
}

/** Ajv compares the items of a list by methods of ordinary objects, which objects without a prototype have not. */
async function check(document: JsonObject): Promise<void> {
  await validate(ordinary(document));
}

function sourceOf({ bytes, url, base = url }: OtherDocument): Source {
  try {
    return { value: parseText(bytes), base };
  } catch (error) {
    throw referredTo(url, error);
  }
}

function isOpenApi(root: Json): boolean {
  if (!isObject(root)) throw invalid("is not an API's document: it is no object");
  const { swagger, openapi } = root;
  const isOpenApi3 = typeof openapi === "string" && /^3\.[01]\.\d+$/.test(openapi);
  if (swagger === "2.0" || isOpenApi3) {
    if (!isObject(root["paths"])) throw invalid('has no "paths"');
    return isOpenApi3;
  }
  const version = openapi ?? swagger;
  if (version === undefined) {
    throw invalid('is not an API\'s document: it has neither "openapi" nor "swagger"');
  }
  const shown = typeof version === "object" ? "no text" : JSON.stringify(version).slice(0, 40);
  throw invalid(
    `has the version ${shown}, and only "2.0" (Swagger), "3.0.x" and "3.1.x" (OpenAPI) are imported`,
  );
}

function tooLarge(size: string, limit: number): Error {
  return invalid(`has ${size} bytes as it would be imported, and API Management takes ${limit}`);
}

function finished(document: JsonObject, openapi: boolean, limit: number): ImportedDocument {
  const text = JSON.stringify(document);
  const size = Buffer.byteLength(JSON.stringify(text));
  if (size > limit) {
    throw tooLarge(`${size}`, limit);
  }
  const { info } = document;
  const version = isObject(info) && typeof info["version"] === "string" ? info["version"] : undefined;
  return {
    digest: digestOf(text),
    format: openapi ? "openapi+json" : "swagger-json",
    ...(version === undefined ? {} : { version }),
    text,
  };
}
