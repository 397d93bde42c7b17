// The library's watch, bounded in time: it opens soon or fails, ends after some minutes, and is not asked for again at
// once by a server that ends it at once.
import { Watch, type KubeConfig } from "@kubernetes/client-node";

/** Bounds of the time in seconds after which the API server is asked to end a watch: spread, so that not all of
 * them resume at once. */
const WATCH_SECONDS = { min: 300, max: 600 } as const;

/** Milliseconds a watch may outlive the time it asked for before it is taken for dead. */
const OVERDUE = 15_000;

/** Milliseconds within which a watch must open. */
const OPEN_WITHIN = 30_000;

/** Milliseconds between the openings of two watches, however soon the first one ends. */
const SHORTEST = 500;

/** Phases that carry an object of the collection. */
const CHANGES: readonly string[] = ["ADDED", "MODIFIED", "DELETED"];

type WatchArguments = Parameters<Watch["watch"]>;

/** A watch that the API server ends after some minutes, and this side soon after if it did not. */
export class BoundedWatch extends Watch {
  /**
   * @param onEvent called for each sign that the watch works: a change or a bookmark
   * @param onOpen called when the API server has taken a watch
   * @param keep what to keep of an object, see `InformerOptions`
   */
  constructor(
    config: KubeConfig,
    private readonly onEvent: () => void,
    private readonly onOpen: () => void,
    private readonly keep: (object: object) => object,
  ) {
    super(config);
  }

  override async watch(...[path, queryParams, callback, done]: WatchArguments): Promise<AbortController> {
    const seconds = Math.round(WATCH_SECONDS.min + Math.random() * (WATCH_SECONDS.max - WATCH_SECONDS.min));
    const begun = Date.now();
    const request = await this.request(
      path,
      { ...queryParams, allowWatchBookmarks: true, timeoutSeconds: seconds },
      (phase, object: object, event) => {
        if (phase !== "ERROR") this.onEvent();
        callback(phase, CHANGES.includes(phase) ? this.keep(object) : object, event);
      },
      (error) => {
        const early = SHORTEST - (Date.now() - begun);
        if (error === null && early > 0) setTimeout(done, early, error);
        else done(error);
      },
    );
    // The library aborts the request itself when it ends, however it ends.
    if (request.signal.aborted) return request;
    this.onOpen();
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

  /**
   * Opens the watch. The library reports every failure to `done` but two: credentials that cannot be had, and a
   * server that takes the connection and never answers.
   */
  private async request(...[path, queryParams, callback, done]: WatchArguments): Promise<AbortController> {
    const expired = new AbortController();
    const expiry = setTimeout(() => {
      expired.abort();
      done(new Error(`the watch did not open within ${OPEN_WITHIN / 1000} s`));
    }, OPEN_WITHIN);
    const unlessExpired =
      <Arguments extends unknown[]>(call: (...args: Arguments) => void) =>
      (...args: Arguments): void => {
        if (!expired.signal.aborted) call(...args);
      };
    try {
      const request = await super.watch(path, queryParams, unlessExpired(callback), unlessExpired(done));
      if (expired.signal.aborted) request.abort();
      return request;
    } catch (error) {
      const ended = new AbortController();
      ended.abort();
      unlessExpired(done)(error);
      return ended;
    } finally {
      clearTimeout(expiry);
    }
  }
}
