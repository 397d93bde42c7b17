// What goes between a process and the thread in which documents are parsed and checked.
import { type DocumentReason } from "../document";
import { type ImportStep, type OtherDocument, type RawDocument } from "../import";

/** One document to import. */
export interface ImportTask {
  readonly raw: RawDocument;
  readonly others: readonly OtherDocument[];
  /** Bytes that the text may have in a request. */
  readonly limit: number;
}

/** The first message of a thread: it has loaded what documents need. */
export const READY = "ready";

/** What became of it. */
export type ImportOutcome =
  | { readonly type: "step"; readonly step: ImportStep }
  | { readonly type: "refused"; readonly reason: DocumentReason; readonly message: string }
  /** A bug. */
  | { readonly type: "failed"; readonly message: string };
