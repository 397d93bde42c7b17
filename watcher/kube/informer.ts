// An informer that goes on after errors. It is the library's ListWatch, which keeps the cache and resumes from the
// last resource version, but stops at the first error and waits for ever on a connection that died in silence.
import {
  ListWatch,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
} from "@kubernetes/client-node";
import { Backoff } from "../backoff";
import { BoundedWatch } from "./boundedWatch";
import { statusOf } from "./client";

/** Longest milliseconds between tries: of a collection that the work waits for, and of one that may not be there. */
const CAP = 30_000;
const OPTIONAL_CAP = 300_000;

/** Answers that say a collection is not there to be read: forbidden, not found. */
const ABSENT: readonly (number | undefined)[] = [403, 404];

/** Why a collection is not there to be read. */
export type Absence = "not served" | "forbidden";

/** What to watch and whom to tell. */
export interface InformerOptions<T extends KubernetesObject> {
  /** Path of the collection, for example `/api/v1/services`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly list: () => Promise<KubernetesListObject<T>>;
  /** What to keep of an object in the cache, metadata's name, namespace and resourceVersion at least. */
  readonly keep?: (object: T) => T;
  /**
   * Whether the work goes on without it: a collection that the cluster does not serve, or that may not be read, counts
   * as synced and is looked for again from time to time.
   */
  readonly optional?: boolean;
  /** Called for each object that is new or has changed, in order. */
  readonly onUpsert: (object: T) => void;
  readonly onDelete: (object: T) => void;
  /** Called when the cache holds what there is: at first, and after each time that it did not follow. */
  readonly onCurrent?: () => void;
  /** Called each time listing or watching failed, before the next try. */
  readonly onError: (error: unknown, retryIn: number) => void;
}

/** A cache of one collection that follows the API server until it is stopped. */
export class Informer<T extends KubernetesObject> {
  private readonly listWatch: ListWatch<T>;
  private readonly backoff = new Backoff({ base: 200, cap: CAP });
  /** Of looks for an optional collection that is not there. */
  private readonly absenceBackoff = new Backoff({ base: 200, cap: OPTIONAL_CAP });
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;
  private listed = false;
  private connected = false;
  private absent: Absence | undefined;
  private markSynced: () => void = () => undefined;

  /** Resolves once the first list is in the cache, or an optional collection turned out not to be there. */
  readonly synced = new Promise<void>((resolve) => (this.markSynced = resolve));

  constructor(
    config: KubeConfig,
    private readonly options: InformerOptions<T>,
  ) {
    const { keep = (object: T): T => object, optional = false } = options;
    const list = async (): Promise<KubernetesListObject<T>> => {
      const objects = await options.list();
      this.listed = true;
      this.absent = undefined;
      this.absenceBackoff.reset();
      this.backoff.reset();
      // The list is put in the cache in the turn after this one, and handlers are told of it.
      this.follows();
      setImmediate(this.markSynced);
      return Object.assign(objects, { items: objects.items.map(keep) });
    };
    const onEvent = (): void => {
      this.backoff.reset();
    };
    const onOpen = (): void => {
      this.follows();
    };
    this.listWatch = new ListWatch<T>(
      options.path,
      new BoundedWatch(config, onEvent, onOpen, (object) => keep(object as T)),
      list,
      false,
      options.labelSelector,
      options.fieldSelector,
    );
    // The library goes on with a list that was asked for before it was stopped.
    const unlessStopped =
      (tell: (object: T) => void) =>
      (object: T): void => {
        if (!this.stopped) tell(object);
      };
    this.listWatch.on("add", unlessStopped(options.onUpsert));
    this.listWatch.on("update", unlessStopped(options.onUpsert));
    this.listWatch.on("delete", unlessStopped(options.onDelete));
    this.listWatch.on("error", (error: unknown) => {
      this.connected = false;
      if (this.stopped) return;
      const isAbsent = optional && ABSENT.includes(statusOf(error));
      if (isAbsent) {
        this.absent = statusOf(error) === 404 ? "not served" : "forbidden";
        this.markSynced();
      }
      const delay = (isAbsent ? this.absenceBackoff : this.backoff).next();
      options.onError(error, delay);
      this.retry = setTimeout(() => {
        this.start();
      }, delay);
    });
  }

  /** The cache follows again. Whoever asked meanwhile was told that it may be behind. */
  private follows(): void {
    if (this.connected || this.stopped) return;
    this.connected = true;
    if (this.listed) setImmediate(() => this.options.onCurrent?.());
  }

  /** Begins to follow the collection. */
  start(): void {
    // Failures reach the error handler above; none is thrown.
    if (!this.stopped) void this.listWatch.start();
  }

  /** Stops for good. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    void this.listWatch.stop();
  }

  /** Whether the cache holds a list: an object that it does not hold does not exist. */
  get hasList(): boolean {
    return this.listed;
  }

  /** Whether the cache also follows what happens: it holds what the API server has, but for what is on its way. */
  get isCurrent(): boolean {
    return this.listed && this.connected;
  }

  /** Why an optional collection was not there when it was last looked for; undefined where it was, or is yet to be. */
  get absence(): Absence | undefined {
    return this.absent;
  }

  /** Looks for an optional collection that is not there at once. */
  hurry(): void {
    if (this.absent === undefined || this.stopped) return;
    clearTimeout(this.retry);
    this.start();
  }

  get(namespace: string, name: string): T | undefined {
    return this.listWatch.get(name, namespace);
  }

  list(): readonly T[] {
    return this.listWatch.list();
  }
}
