import { createHash } from "node:crypto";

/** Enough of a SHA-256, in hexadecimal digits, to tell any two objects of a cluster apart. */
const DIGEST_LENGTH = 12;

/** The same for a name that says nothing but by its digest: nobody finds another text with that one. */
const LABEL_DIGEST_LENGTH = 24;

/** Longest DNS label (RFC 1123). */
const MAX_LABEL = 63;

/** A few hexadecimal digits that stand for a text. */
export function shortDigest(text: string): string {
  return hexDigits(text, DIGEST_LENGTH);
}

/** A name of at most `max` characters: the text itself, or its beginning and a digest of the whole. */
export function shortened(text: string, max: number): string {
  return text.length <= max ? text : digested(text, max, DIGEST_LENGTH);
}

/**
 * A DNS label (RFC 1123) for DNS subdomains with slashes between them: its beginning with dashes for dots and slashes,
 * and a digest, so that two of them do not share one.
 */
export function asLabel(subdomains: string): string {
  return digested(subdomains, MAX_LABEL, LABEL_DIGEST_LENGTH).replace(/[./]/g, "-");
}

function digested(text: string, max: number, length: number): string {
  return `${text.slice(0, max - length - 1)}-${hexDigits(text, length)}`;
}

function hexDigits(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
