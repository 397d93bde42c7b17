// The documents that the gateways of a program without a watcher import.
import { contextNeeds, type GatewaySettings } from "../components";
import { type ExposedApi } from "../spec";
import {
  defaultDocumentLimits,
  DocumentError,
  DocumentReader,
  type DocumentLimits,
  type DocumentSource,
  type ImportedDocument,
} from "./documents";

/** How many documents are read at a time. */
const AT_A_TIME = 8;

/** A document to read, and the first API that names it. */
interface Named {
  readonly field: string;
  readonly source: DocumentSource;
  readonly apis: ExposedApi[];
}

/**
 * The documents that gateways import, each URL read once.
 *
 * @param limits those of the watcher unless they are said
 * @throws Error that names the API and the field, where one cannot be read or imported
 */
export async function readStaticDocuments(
  apis: readonly ExposedApi[],
  gatewayOf: (api: ExposedApi) => GatewaySettings,
  limits: DocumentLimits = defaultDocumentLimits,
): Promise<ReadonlyMap<ExposedApi, ImportedDocument>> {
  const named = namedDocuments(apis.filter((api) => contextNeeds(api, gatewayOf(api)).includes("document")));
  const documents = new Map<ExposedApi, ImportedDocument>();
  const left = [...named];
  const reader = new DocumentReader(limits);
  const readNext = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const document = await readOne(reader, next);
      for (const api of next.apis) documents.set(api, document);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, readNext));
  } finally {
    left.length = 0;
    await reader.stop();
  }
  return documents;
}

async function readOne(reader: DocumentReader, { field, source }: Named): Promise<ImportedDocument> {
  try {
    const read = await reader.read(source);
    if (read === undefined) throw new Error("a document that was not known is said to be unchanged");
    return read.document;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new Error(`${field}: ${error.message}`, { cause: error });
  }
}

function namedDocuments(apis: readonly ExposedApi[]): readonly Named[] {
  const byUrl = new Map<string, Named>();
  const named: Named[] = [];
  for (const api of apis) {
    const [first] = api.specification;
    if (first === undefined) continue;
    const field = `${api.namespace}/${api.name}: spec.specification[0]`;
    const { configMap, inline, url } = first;
    if (configMap !== undefined) {
      throw new Error(`${field}: a document in a ConfigMap needs the watcher, which reads it`);
    }
    if (url === undefined) {
      named.push({ field, source: { from: "text", text: inline ?? "" }, apis: [api] });
      continue;
    }
    const same = byUrl.get(url);
    if (same !== undefined) {
      same.apis.push(api);
      continue;
    }
    const one: Named = { field: `${field}.url`, source: { from: "url", url }, apis: [api] };
    byUrl.set(url, one);
    named.push(one);
  }
  return named;
}
