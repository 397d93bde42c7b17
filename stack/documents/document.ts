// What is read of an API's document, within which limits, and how reading it fails.
import { createHash } from "node:crypto";
import { type DocumentRef } from "../../components";
import { shownUrl } from "./shown";

/** Where a document is. */
export type DocumentSource =
  | { readonly from: "url"; readonly url: string }
  /** The text, and where it was found: in the object itself, or under a key of a ConfigMap. */
  | { readonly from: "text"; readonly text: string };

/** A document as a gateway imports it. */
export interface ImportedDocument extends DocumentRef {
  /** JSON without white space. */
  readonly text: string;
}

/** Bounds of one document. */
export interface DocumentLimits {
  /** Milliseconds for one address, redirects included. */
  readonly deadline: number;
  /** Milliseconds for a document with all that it refers to. */
  readonly totalDeadline: number;
  /** Bytes of a document with all that it refers to, after decompression. */
  readonly bytes: number;
  /** Bytes of the text that is imported, as they are in the request. */
  readonly importedBytes: number;
  readonly redirects: number;
  /** Other documents that it may refer to. */
  readonly references: number;
  /** Milliseconds of processor time for parsing and checking. */
  readonly processing: number;
  /** Whether loopback addresses may be asked, for development. */
  readonly allowLoopback: boolean;
  /** Hosts that may be asked: DNS names, `*.` and a DNS name, or IP addresses. Undefined: any. */
  readonly hosts?: readonly string[] | undefined;
}

/**
 * The limits that hold where nobody sets others. Azure API Management imports 4 MB inline (its page "API import
 * restrictions and known issues"), and Azure Resource Manager takes requests of 4 MB, so the text counts as it is written
 * in one.
 */
export const defaultDocumentLimits: DocumentLimits = {
  deadline: 10_000,
  totalDeadline: 30_000,
  bytes: 4 * 2 ** 20,
  importedBytes: 4_000_000,
  redirects: 5,
  references: 20,
  processing: 20_000,
  allowLoopback: false,
};

/** Why there is no document. Stable text: used in conditions, Events and metrics. */
export type DocumentReason = "DocumentUnavailable" | "DocumentInvalid";

/**
 * There is no document: it cannot be had now, or what is there cannot be imported. The message names no credentials and
 * nothing of what was found where no document was.
 */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  constructor(
    readonly reason: DocumentReason,
    message: string,
    /** Whether the same may be expected of all documents of the host. */
    readonly ofHost = false,
  ) {
    super(message);
  }
}

/** An error of the class {@link DocumentError} for what cannot be had now. */
export function unavailable(message: string): DocumentError {
  return new DocumentError("DocumentUnavailable", message);
}

/** As {@link unavailable}, where it is the host that does not answer. */
export function hostUnavailable(message: string): DocumentError {
  return new DocumentError("DocumentUnavailable", message, true);
}

/** An error of the class {@link DocumentError} for what cannot be imported until somebody changes it. */
export function invalid(message: string): DocumentError {
  return new DocumentError("DocumentInvalid", message);
}

/** The error of another document as one of the document that refers to it. */
export function referredTo(url: string, error: unknown): unknown {
  if (!(error instanceof DocumentError)) return error;
  return new DocumentError(error.reason, `refers to ${shownUrl(url)}, which ${error.message}`);
}

/** SHA-256 of a text, in hexadecimal digits. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
