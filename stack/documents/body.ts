// The body of an answer, decompressed and never longer than allowed.
import { PassThrough, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { invalid, unavailable } from "./document";

/**
 * Reads a body to its end.
 *
 * @param encoding header Content-Encoding, of which gzip is the one that is asked for
 * @param left bytes that it may have after decompression
 * @param limit bytes of which these are left, for the message
 * @throws DocumentError when it is longer, or cannot be decompressed; the error of the stream where it breaks off.
 */
export async function readBody(
  body: Readable,
  encoding: string | undefined,
  left: number,
  limit: number,
): Promise<Uint8Array> {
  const coding = encoding?.trim().toLowerCase() ?? "identity";
  if (!["identity", "", "gzip", "x-gzip"].includes(coding)) {
    body.destroy();
    throw unavailable(`was sent with the content coding ${JSON.stringify(coding)}, which was not asked for`);
  }
  const zipped = coding.endsWith("gzip");
  const plain = zipped ? createGunzip() : new PassThrough();
  body.once("error", (error) => plain.destroy(error));
  body.pipe(plain);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > left) throw tooLarge(limit);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (zipped && isZlibError(error)) throw unavailable("was sent as gzip, which it is not");
    throw error;
  } finally {
    body.on("error", () => undefined);
    body.destroy();
    plain.destroy();
  }
}

/** The error of a document that is larger than allowed. */
export function tooLarge(limit: number): Error {
  return invalid(`is larger than the ${limit} bytes that a document, with all that it refers to, may have`);
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
