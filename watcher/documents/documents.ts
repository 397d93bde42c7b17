// The documents of APIs, for gateways that import them: read once for any number of APIs, kept, and read again.
import { type DocumentRef } from "../../components";
import { type ExposedApi } from "../../spec";
import { DocumentError, type DocumentReason } from "../../stack";
import { Backoff } from "../backoff";
import { type ObjectKey } from "../kube/objects";
import { type Logger } from "../logger";
import { DocumentStore, type StoredDocument } from "./documentStore";
import { namedDocument, type DocumentPlace, type NamedDocument } from "./namedDocument";
import { hostOf, PlaceReader, type PlaceReaderOptions } from "./placeReader";
import { Readings } from "./readings";

/** Why there is no document of an API. */
export interface DocumentProblem {
  readonly reason: DocumentReason;
  /** What is wrong; it begins with the field that names the document. */
  readonly message: string;
}

/** What documents are read with. */
export interface DocumentsOptions extends PlaceReaderOptions {
  /** Folder that documents are kept in; nothing else is in it. */
  readonly folder: string;
  /** Has APIs looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
  readonly log: Logger;
  /** Documents of one host that are read at a time. */
  readonly concurrency?: number;
  /** Milliseconds after which a document at a URL is read again. */
  readonly refreshMs?: number;
  /** Milliseconds after which a ConfigMap is read again, at least. */
  readonly configMapMs?: number;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Milliseconds between two readings of ConfigMaps on average, however many there are. */
const CONFIG_MAP_PACE = 100;

/** Milliseconds between looks for what no API names any more. */
const SWEEP = 10 * MINUTE;

/** APIs that a line of the log names. */
const NAMED = 10;

/** Delays after a document could not be had, and after one could not be imported, in milliseconds. */
const BACKOFFS = {
  DocumentUnavailable: { base: 1_000, cap: 5 * MINUTE },
  DocumentInvalid: { base: MINUTE, cap: 5 * MINUTE },
} as const;

/** A document that APIs name. */
interface Followed {
  readonly id: string;
  readonly place: DocumentPlace;
  readonly users: Set<ObjectKey>;
  /** The last that was good. */
  stored: StoredDocument | undefined;
  /** What kept the last reading from being good. */
  error: DocumentError | undefined;
  backoff: { readonly reason: DocumentReason; readonly delays: Backoff } | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Documents by API. Every call takes a time that does not depend on how many there are. */
export class Documents {
  private readonly followed = new Map<string, Followed>();
  private readonly named = new Map<ObjectKey, string>();
  private readonly store: DocumentStore;
  private readonly reader: PlaceReader;
  private readonly readings: Readings;
  private readonly sweeps: NodeJS.Timeout;
  private configMaps = 0;
  private stopped = false;

  constructor(private readonly options: DocumentsOptions) {
    this.store = new DocumentStore(options.folder);
    this.reader = new PlaceReader(options);
    this.readings = new Readings(options.concurrency ?? 4);
    this.sweeps = setInterval(() => void this.sweep(), SWEEP).unref();
  }

  /**
   * The document that an API names: what was good last, else why there is none, or `NotYet` while it is being read the
   * first time. The API is queued when this changes. Undefined where the API names none.
   */
  of(
    key: ObjectKey,
    api: ExposedApi,
  ): DocumentRef | "NotYet" | { readonly problem: DocumentProblem } | undefined {
    const named = namedDocument(api);
    if (named === undefined) {
      this.forget(key);
      return undefined;
    }
    const { stored, error } = this.follow(key, named);
    if (stored !== undefined) return stored.ref;
    if (error === undefined) return "NotYet";
    return { problem: { reason: error.reason, message: `${named.field}: ${error.message}` } };
  }

  /**
   * The text of a document that `of` gave.
   *
   * @throws Error where it is not kept any more. What APIs name is read again then.
   */
  async text(digest: string): Promise<string> {
    try {
      return await this.store.text(digest);
    } catch (error) {
      for (const followed of this.followed.values()) {
        if (followed.stored?.ref.digest !== digest) continue;
        followed.stored = undefined;
        this.readAfter(followed, 0);
      }
      throw error;
    }
  }

  /** An API is gone, or needs its document no more. What no other names is not read again. */
  forget(key: ObjectKey): void {
    const id = this.named.get(key);
    const followed = id === undefined ? undefined : this.followed.get(id);
    this.named.delete(key);
    if (followed === undefined) return;
    followed.users.delete(key);
    if (followed.users.size > 0) return;
    clearTimeout(followed.timer);
    this.followed.delete(followed.id);
    if (followed.place.from === "configMap") this.configMaps -= 1;
  }

  /** Reads nothing more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.sweeps);
    for (const { timer } of this.followed.values()) clearTimeout(timer);
    await this.reader.stop();
  }

  private follow(key: ObjectKey, { id, place }: NamedDocument): Followed {
    if (this.named.get(key) !== id) this.forget(key);
    this.named.set(key, id);
    const known = this.followed.get(id);
    const followed = known ?? this.begin(id, place);
    followed.users.add(key);
    return followed;
  }

  private begin(id: string, place: DocumentPlace): Followed {
    const stored = this.store.get(id);
    const followed: Followed = {
      id,
      place,
      users: new Set(),
      stored,
      error: undefined,
      backoff: undefined,
      timer: undefined,
    };
    this.followed.set(id, followed);
    if (place.from === "configMap") this.configMaps += 1;
    if (stored === undefined) void this.read(followed);
    // After a restart the documents of all APIs are known at once, and must not all be read at once.
    else this.readAfter(followed, Math.random() * this.interval(place));
    return followed;
  }

  private readAfter(followed: Followed, delay: number): void {
    if (this.stopped || this.followed.get(followed.id) !== followed) return;
    clearTimeout(followed.timer);
    followed.timer = setTimeout(() => void this.read(followed), delay).unref();
  }

  /** Milliseconds between readings of a document that is good. */
  private interval({ from }: DocumentPlace): number {
    const { refreshMs = HOUR, configMapMs = MINUTE } = this.options;
    return from === "configMap" ? Math.max(configMapMs, this.configMaps * CONFIG_MAP_PACE) : refreshMs;
  }

  private async read(followed: Followed): Promise<void> {
    try {
      const { place, stored } = followed;
      const read = await this.readings.run(hostOf(place), () => this.reader.read(place, stored?.etag));
      const kept = read === undefined ? stored : await this.store.put(followed.id, read.document, read.etag);
      this.succeeded(followed, kept);
    } catch (error) {
      if (!this.stopped) this.failed(followed, error);
    }
  }

  private succeeded(followed: Followed, stored: StoredDocument | undefined): void {
    const before = followed.stored?.ref.digest;
    followed.stored = stored;
    followed.error = undefined;
    followed.backoff = undefined;
    if (before !== stored?.ref.digest) this.options.enqueue([...followed.users]);
    // What stands in an object changes with the object only.
    if (followed.place.from === "inline") return;
    this.readAfter(followed, this.interval(followed.place) * (0.9 + Math.random() * 0.2));
  }

  private failed(followed: Followed, error: unknown): void {
    const { log } = this.options;
    const known = error instanceof DocumentError;
    if (!known) log.error({ err: error, document: followed.id }, "a document cannot be read");
    const problem = known ? error : new DocumentError("DocumentUnavailable", "cannot be read now");
    const changed = followed.error?.message !== problem.message;
    followed.error = problem;
    if (followed.stored !== undefined && changed) {
      log.warn(
        { document: followed.id, apis: [...followed.users].slice(0, NAMED), problem: problem.message },
        "a document cannot be read again: the last one stays",
      );
    }
    if (followed.stored === undefined && changed) this.options.enqueue([...followed.users]);
    const { reason } = problem;
    if (followed.place.from === "inline" && reason === "DocumentInvalid") return;
    if (followed.backoff?.reason !== reason) {
      followed.backoff = { reason, delays: new Backoff(BACKOFFS[reason]) };
    }
    this.readAfter(followed, followed.backoff.delays.next());
  }

  private async sweep(): Promise<void> {
    const followed = [...this.followed.values()];
    const digests = followed.flatMap(({ stored }) => stored?.ref.digest ?? []);
    try {
      await this.store.sweep(new Set(this.followed.keys()), new Set(digests));
    } catch (error) {
      this.options.log.warn({ err: error }, "documents that no API names any more cannot be removed");
    }
  }
}
