// What others may use of the reading of documents.
export {
  defaultDocumentLimits,
  digestOf,
  DocumentError,
  type DocumentLimits,
  type DocumentReason,
  type DocumentSource,
  type ImportedDocument,
} from "./document";
export { DocumentReader, type ReadDocument } from "./documentReader";
export { shownUrl } from "./shown";
