// Reads documents: gets them with all that they refer to, and has them imported.
import { type Resolve } from "./connect";
import {
  digestOf,
  invalid,
  referredTo,
  type DocumentLimits,
  type DocumentSource,
  type ImportedDocument,
} from "./document";
import type * as fetchModule from "./fetch";
import { tooLarge } from "./body";
import { type OtherDocument, type RawDocument } from "./import";
import { DocumentThread } from "./thread/documentThread";

/** Counts changes of what is made of documents: what an earlier release has made is made again. */
const REVISION = 1;

const PREFIX = `${REVISION} `;

/** A document that was read. */
export interface ReadDocument {
  readonly document: ImportedDocument;
  /** By which the next read learns that it is still the same; none where it refers to others, which have their own. */
  readonly etag?: string | undefined;
}

/** Reads documents of any number of APIs. Several may be read at a time. */
export class DocumentReader {
  private fetcher: fetchModule.Fetcher | undefined;
  private readonly thread: DocumentThread;

  /** @param resolve names for tests, in place of DNS */
  constructor(
    private readonly limits: DocumentLimits,
    private readonly resolve?: Resolve,
  ) {
    this.thread = new DocumentThread(limits.processing);
  }

  /**
   * Reads a document.
   *
   * @param etag what an earlier read of the same source gave
   * @returns undefined where it is the same still
   * @throws DocumentError whose message goes after the field that names the source.
   */
  async read(source: DocumentSource, etag?: string): Promise<ReadDocument | undefined> {
    const signal = AbortSignal.timeout(this.limits.totalDeadline);
    const budget = { bytes: this.limits.bytes };
    const known = etag?.startsWith(PREFIX) === true ? etag.slice(PREFIX.length) : undefined;
    const raw =
      source.from === "url" ? await this.fetch(source.url, budget, signal, known) : textOf(source.text);
    // Of a text that is given, the tag is made here.
    if (raw === undefined || (source.from === "text" && raw.etag === known)) return undefined;
    spend(budget, raw, this.limits);
    const { document, alone } = await this.import(raw, budget, signal);
    return alone && raw.etag !== undefined ? { document, etag: PREFIX + raw.etag } : { document };
  }

  /** Lets go of connections and the thread. Reads under way fail. */
  async stop(): Promise<void> {
    await Promise.all([this.fetcher?.stop(), this.thread.stop()]);
  }

  /** @returns with `alone`, whether it refers to no others */
  private async import(
    raw: RawDocument,
    budget: Budget,
    signal: AbortSignal,
  ): Promise<{ readonly document: ImportedDocument; readonly alone: boolean }> {
    const { importedBytes: limit, references } = this.limits;
    const others: OtherDocument[] = [];
    for (;;) {
      const step = await this.thread.import({ raw, others, limit });
      if ("imported" in step) return { document: step.imported, alone: others.length === 0 };
      if (others.length + step.missing.length > references) {
        throw invalid(`refers to more than ${references} other documents`);
      }
      for (const url of step.missing) {
        const other = await this.other(url, budget, signal);
        spend(budget, other, this.limits);
        others.push(other);
      }
    }
  }

  private async other(url: string, budget: Budget, signal: AbortSignal): Promise<OtherDocument> {
    try {
      const fetched = await this.fetch(url, budget, signal);
      if (fetched === undefined) throw new Error("a document that was not known is said to be unchanged");
      return { ...fetched, url };
    } catch (error) {
      throw referredTo(url, error);
    }
  }

  private async fetch(
    url: string,
    { bytes }: Budget,
    signal: AbortSignal,
    etag?: string,
  ): Promise<Raw | undefined> {
    this.fetcher ??= new (loadFetch().Fetcher)(this.limits, this.resolve);
    const found = await this.fetcher.fetch(url, { bytes, signal, etag });
    return found === undefined ? undefined : { bytes: found.bytes, url, base: found.url, etag: found.etag };
  }
}

/** An HTTP client takes 20 MB, which those who read no document at a URL are spared. */
function loadFetch(): typeof fetchModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be asynchronous
  return require("./fetch") as typeof fetchModule;
}

type Raw = RawDocument & { readonly etag?: string | undefined };

/** Bytes that are left. */
interface Budget {
  bytes: number;
}

function textOf(text: string): Raw {
  return { bytes: Buffer.from(text), etag: digestOf(text) };
}

function spend(budget: Budget, { bytes }: RawDocument, limits: DocumentLimits): void {
  budget.bytes -= bytes.length;
  if (budget.bytes < 0) throw tooLarge(limits.bytes);
}
