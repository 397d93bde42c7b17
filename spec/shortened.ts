import { createHash } from "node:crypto";

/** Enough of a SHA-256 to tell any two objects of a cluster apart. */
const DIGEST_LENGTH = 12;

/** Longest DNS label (RFC 1123). */
const MAX_LABEL = 63;

/** A name of at most `max` characters: the text itself, or its beginning and a digest of the whole. */
export function shortened(text: string, max: number): string {
  return text.length <= max ? text : digested(text, max);
}

/**
 * A DNS label (RFC 1123) for a DNS subdomain: its beginning with dashes for dots, and a digest, so that two of them do
 * not share one.
 */
export function asLabel(subdomain: string): string {
  return digested(subdomain, MAX_LABEL).replaceAll(".", "-");
}

function digested(text: string, max: number): string {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
  return `${text.slice(0, max - DIGEST_LENGTH - 1)}-${digest}`;
}
