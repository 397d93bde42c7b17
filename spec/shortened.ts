import { createHash } from "node:crypto";

/** Enough of a SHA-256 to tell any two objects of a cluster apart. */
const DIGEST_LENGTH = 12;

/** A name of at most `max` characters: the text itself, or its beginning and a digest of the whole. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
  return `${text.slice(0, max - DIGEST_LENGTH - 1)}-${digest}`;
}
