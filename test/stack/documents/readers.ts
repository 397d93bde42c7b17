// Readers of documents for tests, on loopback.
import {
  defaultDocumentLimits,
  DocumentReader,
  type DocumentLimits,
  type ReadDocument,
} from "../../../stack/documents";
import { type Resolve } from "../../../stack/documents/connect";
import { openapi } from "./examples";

/** The text of a document. */
export const TEXT = JSON.stringify(openapi);

/** What holds where a test says nothing else. */
export const LIMITS: DocumentLimits = { ...defaultDocumentLimits, allowLoopback: true };

/** What gives readers, and reads a document with one of its own. */
export interface Readers {
  readonly reader: (limits?: Partial<DocumentLimits>, resolve?: Resolve) => DocumentReader;
  readonly read: (
    url: string,
    limits?: Partial<DocumentLimits>,
    resolve?: Resolve,
  ) => Promise<ReadDocument | undefined>;
}

/** Readers for each test of the suite it is called in, stopped afterwards. */
export function useReaders(): Readers {
  const readers: DocumentReader[] = [];
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((each) => each.stop()));
  });
  const reader: Readers["reader"] = (limits = {}, resolve) => {
    const made = new DocumentReader({ ...LIMITS, ...limits }, resolve);
    readers.push(made);
    return made;
  };
  return { reader, read: (url, limits, resolve) => reader(limits, resolve).read({ from: "url", url }) };
}
