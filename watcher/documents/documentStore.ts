// Keeps documents in a folder, so that after a restart, and while their sources are away, APIs are served with the last.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DocumentContents, type DocumentRef } from "../../components";
import { optional } from "../../spec";
import { digestOf, type ImportedDocument } from "../../stack";

/** A document that is kept, without its text. */
export interface StoredDocument {
  readonly ref: DocumentRef;
  /** By which the source tells whether it is the same still. */
  readonly etag?: string | undefined;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** `sources/<id>.json` says which document a source had last, `texts/<digest>.json` is its text. */
export class DocumentStore {
  private readonly sources: string;
  private readonly texts: string;
  /** Files that nobody named at the last look. */
  private unused = new Set<string>();
  private writes = 0;

  /** @param folder made where it is missing */
  constructor(folder: string) {
    this.sources = join(folder, "sources");
    this.texts = join(folder, "texts");
    for (const each of [this.sources, this.texts]) mkdirSync(each, { recursive: true, mode: 0o700 });
  }

  /** What a source had last; undefined where nothing is known, or what is there is no good. */
  get(id: string): StoredDocument | undefined {
    try {
      const stored = readStored(JSON.parse(readFileSync(this.sourceFile(id), "utf8")));
      return stored !== undefined && existsSync(this.textFile(stored.ref.digest)) ? stored : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps the document of a source. */
  async put(id: string, document: ImportedDocument, etag: string | undefined): Promise<StoredDocument> {
    const { text, ...ref } = document;
    const stored: StoredDocument = { ref, ...(etag === undefined ? {} : { etag }) };
    await this.write(this.textFile(ref.digest), text);
    await this.write(this.sourceFile(id), JSON.stringify(stored));
    return stored;
  }

  /**
   * The text of a document.
   *
   * @throws Error where it is not there, or has been changed.
   */
  async text(digest: string): Promise<string> {
    if (!SHA256.test(digest)) throw new Error(`${JSON.stringify(digest)} is no digest of a document`);
    const file = this.textFile(digest);
    const text = await readFile(file, "utf8");
    if (digestOf(text) === digest) return text;
    await rm(file, { force: true });
    throw new Error(`${file} is not what was written there`);
  }

  /**
   * Removes what neither this look nor the one before it found in use: what a run under way reads stays.
   *
   * @param ids of sources in use
   * @param digests of documents in use
   */
  async sweep(ids: ReadonlySet<string>, digests: ReadonlySet<string>): Promise<void> {
    const unused = new Set<string>();
    const looks = [
      [this.sources, ids],
      [this.texts, digests],
    ] as const;
    for (const [folder, used] of looks) {
      for (const name of await readdir(folder)) {
        const file = join(folder, name);
        if (used.has(name.replace(/\.json$/, ""))) continue;
        if (this.unused.has(file)) await rm(file, { force: true });
        else unused.add(file);
      }
    }
    this.unused = unused;
  }

  /** Under another name first: nobody reads it half written. */
  private async write(file: string, text: string): Promise<void> {
    const made = `${file}.${process.pid}-${this.writes++}`;
    try {
      await writeFile(made, text, { mode: 0o600 });
      await rename(made, file);
    } finally {
      await rm(made, { force: true });
    }
  }

  private sourceFile(id: string): string {
    return join(this.sources, `${id}.json`);
  }

  private textFile(digest: string): string {
    return join(this.texts, `${digest}.json`);
  }
}

function readStored(value: unknown): StoredDocument | undefined {
  if (typeof value !== "object" || value === null || !("ref" in value)) return undefined;
  const { ref, etag } = value as { ref: unknown; etag?: unknown };
  if (typeof ref !== "object" || ref === null) return undefined;
  const { digest, format, version, contents } = ref as Record<string, unknown>;
  if (typeof digest !== "string" || !SHA256.test(digest)) return undefined;
  if (format !== "openapi+json" && format !== "swagger-json") return undefined;
  return {
    ref: {
      digest,
      format,
      ...(typeof version === "string" ? { version } : {}),
      ...optional("contents", readContents(contents)),
    },
    ...(typeof etag === "string" ? { etag } : {}),
  };
}

function readContents(value: unknown): DocumentContents | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { bodyTypes, headers, cut } = value as Record<string, unknown>;
  return areTexts(bodyTypes) && areTexts(headers) && typeof cut === "boolean"
    ? { bodyTypes, headers, cut }
    : undefined;
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
