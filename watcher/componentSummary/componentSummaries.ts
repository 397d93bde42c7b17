// Keeps the lists of APIs in the status of every Component: gathers changes, writes them, tries again.
import { Backoff } from "../backoff";
import { statusOf } from "../kube/client";
import { discoverComponentResource, type ComponentResource } from "../kube/discovery";
import { type ApiObject, type ObjectKey } from "../kube/objects";
import { WorkQueue } from "../queue";
import { type SourceContext } from "../sources";
import { componentKey, ownerOf, type ComponentObject } from "./component";
import { ComponentIndex } from "./componentIndex";
import { Components } from "./components";
import { Pace } from "./pace";
import { changedLists, type KnownApis } from "./summary";

/** Milliseconds for which changes of one Component and its APIs are gathered into one write. */
const GATHERING = 100;

/** Components that are written at a time. */
const CONCURRENCY = 4;

/**
 * Writes of one Component. The component operator works through all its APIs after each, and an operator that disagreed
 * with this one about an entry would answer each with one of its own.
 */
const PACE = { burst: 20, interval: 1_000 } as const;

/** Delays after a refused write, in milliseconds. There is no last try. */
const BACKOFF = { base: 200, cap: 60_000 } as const;

/** Delays between looks for a CRD that is not installed, in milliseconds. */
const DISCOVERY_BACKOFF = { base: 5_000, cap: 300_000 } as const;

/** What the summaries are made with. */
export interface ComponentSummariesOptions extends SourceContext {
  /** Namespaces to serve; undefined means all. */
  readonly namespaces: readonly string[] | undefined;
  /** The newest known state of an API. */
  readonly api: (key: ObjectKey) => ApiObject | undefined;
}

/** Tells every Component of its APIs. Works on nothing before `start`, and only where the cluster has Components. */
export class ComponentSummaries {
  private readonly index = new ComponentIndex();
  private readonly queue = new WorkQueue<ObjectKey>((key) => this.work(key), CONCURRENCY);
  private readonly pace = new Pace<ObjectKey>(PACE);
  private readonly backoffs = new Map<ObjectKey, Backoff>();
  private readonly discoveryBackoff = new Backoff(DISCOVERY_BACKOFF);
  private components: Components | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: ComponentSummariesOptions) {}

  /** Takes in that an API is new or has changed. */
  apiChanged(key: ObjectKey, object: ApiObject): void {
    this.enqueue(this.index.set(key, object));
  }

  /** Takes in that an API is gone. */
  apiRemoved(key: ObjectKey): void {
    this.enqueue(this.index.remove(key));
  }

  /**
   * Begins to follow Components; to be called when every API there is has been told of. Resolves when it is known
   * whether the cluster has any. Where it has none, that is looked at again from time to time.
   */
  async start(): Promise<void> {
    const resource = await this.discover();
    if (this.stopped) return;
    if (resource === undefined) {
      this.retry = setTimeout(() => void this.start(), this.discoveryBackoff.next());
      return;
    }
    const changed = (component: ComponentObject): void => {
      this.enqueue([componentKey(component)]);
    };
    const handlers = { onUpsert: changed, onDelete: changed };
    this.components = new Components(this.options, resource, this.options.namespaces, handlers);
    this.components.start();
  }

  /** Takes no more work. Resolves when the writes under way are done. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    this.components?.stop();
    await this.queue.close();
  }

  private async discover(): Promise<ComponentResource | undefined> {
    try {
      return await discoverComponentResource(this.options.clients);
    } catch (error) {
      this.options.log.debug({ err: error }, "cannot look for Components");
      return undefined;
    }
  }

  private enqueue(components: readonly ObjectKey[]): void {
    for (const key of components) {
      if (this.components !== undefined) this.queue.addAfter(key, GATHERING);
      else this.index.forget(key, this.index.departedFrom(key));
    }
  }

  /** The one place that turns the outcome of a look at a Component into done, or into a delay. */
  private async work(key: ObjectKey): Promise<number | undefined> {
    try {
      const delay = await this.summarise(key);
      this.backoffs.delete(key);
      return delay;
    } catch (error) {
      // The Component is gone: the informer is about to say so.
      if (statusOf(error) === 404) {
        this.backoffs.delete(key);
        return undefined;
      }
      const backoff = this.backoffs.get(key) ?? new Backoff(BACKOFF);
      this.backoffs.set(key, backoff);
      const delay = backoff.next();
      const context = { key, retryInMs: delay, err: error };
      // Somebody else wrote it meanwhile: nothing is wrong. The informer's event may come before the delay is over.
      if (statusOf(error) === 409) this.options.log.debug(context, "summary was overtaken");
      else this.options.log.error(context, "cannot write the summary of a Component");
      return delay;
    }
  }

  /** Writes what is to be changed in a Component. Returns the milliseconds to wait where that may not be done yet. */
  private async summarise(key: ObjectKey): Promise<number | undefined> {
    const component = this.components?.get(key);
    const departed = this.index.departedFrom(key);
    // Nobody reads the summary of a Component that is being deleted.
    if (component === undefined || component.metadata?.deletionTimestamp !== undefined) {
      this.pace.forget(key);
      this.index.forget(key, departed);
      return undefined;
    }
    const lists = changedLists(component, this.knownApis(key, component, departed));
    if (lists !== undefined) {
      const wait = this.pace.take(key);
      if (wait > 0) return wait;
      await this.components?.writeLists(key, component, lists);
      this.options.metrics.componentStatusWrites.inc();
    }
    this.index.forget(key, departed);
    return undefined;
  }

  private knownApis(key: ObjectKey, { metadata }: ComponentObject, departed: readonly string[]): KnownApis {
    const left = new Set(departed);
    return {
      own: this.index
        .apisOf(key)
        .flatMap((api) => this.options.api(api) ?? [])
        .filter((api) => ownerOf(api)?.uid === metadata?.uid),
      exists: (uid) => this.index.exists(uid),
      left: (uid) => left.has(uid),
    };
  }
}
