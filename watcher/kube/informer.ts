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

/** Answers that say a collection is not there to be read: forbidden, not found. */
const ABSENT: readonly (number | undefined)[] = [403, 404];

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
  /** Called each time listing or watching failed, before the next try. */
  readonly onError: (error: unknown, retryIn: number) => void;
}

/** A cache of one collection that follows the API server until it is stopped. */
export class Informer<T extends KubernetesObject> {
  private readonly listWatch: ListWatch<T>;
  private readonly backoff = new Backoff({ base: 200, cap: 30_000 });
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;
  private listed = false;
  private markSynced: () => void = () => undefined;

  /** Resolves once the first list is in the cache, or an optional collection turned out not to be there. */
  readonly synced = new Promise<void>((resolve) => (this.markSynced = resolve));

  constructor(config: KubeConfig, options: InformerOptions<T>) {
    const { keep = (object: T): T => object } = options;
    const list = async (): Promise<KubernetesListObject<T>> => {
      const objects = await options.list();
      // The list is put in the cache in the turn after this one.
      setImmediate(() => {
        this.listed = true;
        this.markSynced();
      });
      this.backoff.reset();
      return Object.assign(objects, { items: objects.items.map(keep) });
    };
    const onEvent = (): void => {
      this.backoff.reset();
    };
    this.listWatch = new ListWatch<T>(
      options.path,
      new BoundedWatch(config, onEvent, (object) => keep(object as T)),
      list,
      false,
      options.labelSelector,
      options.fieldSelector,
    );
    this.listWatch.on("add", options.onUpsert);
    this.listWatch.on("update", options.onUpsert);
    this.listWatch.on("delete", options.onDelete);
    this.listWatch.on("error", (error: unknown) => {
      if (this.stopped) return;
      if (options.optional && ABSENT.includes(statusOf(error))) this.markSynced();
      const delay = this.backoff.next();
      options.onError(error, delay);
      this.retry = setTimeout(() => {
        this.start();
      }, delay);
    });
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

  get(namespace: string, name: string): T | undefined {
    return this.listWatch.get(name, namespace);
  }

  list(): readonly T[] {
    return this.listWatch.list();
  }
}
