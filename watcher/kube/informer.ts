// An informer that goes on after errors. It is the library's ListWatch, which keeps the cache and resumes from the
// last resource version, but stops at the first error and waits for ever on a connection that died in silence.
import {
  ListWatch,
  Watch,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
} from "@kubernetes/client-node";
import { Backoff } from "../backoff";

/** Bounds of the time in seconds after which the API server is asked to end a watch: spread, so that not all of
 * them resume at once. */
const WATCH_SECONDS = { min: 300, max: 600 } as const;

/** Milliseconds a watch may outlive the time it asked for before it is taken for dead. */
const OVERDUE = 15_000;

/** What to watch and whom to tell. */
export interface InformerOptions<T extends KubernetesObject> {
  /** Path of the collection, for example `/api/v1/services`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly list: () => Promise<KubernetesListObject<T>>;
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
  private markSynced: () => void = () => undefined;

  /** Resolves once the first list is in the cache. */
  readonly synced = new Promise<void>((resolve) => (this.markSynced = resolve));

  constructor(config: KubeConfig, options: InformerOptions<T>) {
    const list = async (): Promise<KubernetesListObject<T>> => {
      const objects = await options.list();
      // The list is put in the cache in the turn after this one.
      setImmediate(this.markSynced);
      this.backoff.reset();
      return objects;
    };
    const onEvent = (): void => {
      this.backoff.reset();
    };
    this.listWatch = new ListWatch<T>(
      options.path,
      new BoundedWatch(config, onEvent),
      list,
      false,
      options.labelSelector,
    );
    this.listWatch.on("add", options.onUpsert);
    this.listWatch.on("update", options.onUpsert);
    this.listWatch.on("delete", options.onDelete);
    this.listWatch.on("error", (error: unknown) => {
      if (this.stopped) return;
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

  get(namespace: string, name: string): T | undefined {
    return this.listWatch.get(name, namespace);
  }

  list(): readonly T[] {
    return this.listWatch.list();
  }
}

/** A watch that the API server ends after some minutes, and this side soon after if it did not. */
class BoundedWatch extends Watch {
  /** @param onEvent Called for each sign that the watch works: a change or a bookmark. */
  constructor(
    config: KubeConfig,
    private readonly onEvent: () => void,
  ) {
    super(config);
  }

  override async watch(
    path: string,
    queryParams: Record<string, string | number | boolean | undefined>,
    callback: (phase: string, apiObj: unknown, watchObj?: unknown) => void,
    done: (error: unknown) => void,
  ): Promise<AbortController> {
    const seconds = Math.round(WATCH_SECONDS.min + Math.random() * (WATCH_SECONDS.max - WATCH_SECONDS.min));
    const request = await this.request(
      path,
      { ...queryParams, allowWatchBookmarks: true, timeoutSeconds: seconds },
      (phase, object, event) => {
        if (phase !== "ERROR") this.onEvent();
        callback(phase, object, event);
      },
      done,
    );
    // The library aborts the request itself when it ends, however it ends.
    if (request.signal.aborted) return request;
    const overdue = setTimeout(
      () => {
        request.abort();
      },
      seconds * 1000 + OVERDUE,
    );
    request.signal.addEventListener("abort", () => {
      clearTimeout(overdue);
    });
    return request;
  }

  /** The library reports every failure to `done` but one: credentials that cannot be had. */
  private async request(...args: Parameters<Watch["watch"]>): Promise<AbortController> {
    try {
      return await super.watch(...args);
    } catch (error) {
      const [, , , done] = args;
      const ended = new AbortController();
      ended.abort();
      done(error);
      return ended;
    }
  }
}
