// What the rest of the watcher uses of documents.
export { Documents, type DocumentProblem, type DocumentsOptions } from "./documents";
