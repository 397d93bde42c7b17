// Events of API objects, for `kubectl describe`.
import { PatchStrategy, setHeaderOptions, type CoreV1Event } from "@kubernetes/client-node";
import { GROUP } from "../spec";
import { type Clients } from "./kube/client";
import { type ApiObject, type ApiResource } from "./kube/objects";
import { type Logger } from "./logger";
import { cut, MAX_MESSAGE, type EventReason } from "./reasons";

/** Milliseconds during which the latest Event of an object, said again, is counted and not written anew. */
const REPEAT_AFTER = 10 * 60_000;

/** Events that are written of one object within that time. */
const MOST = 20;

/** Milliseconds between writes of the count of one object's Event. */
const COUNT_EVERY = 60_000;

/** What happened to an object. */
export interface ObjectEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: EventReason;
  readonly message: string;
}

/** The latest Event of an object. */
interface Latest {
  readonly words: string;
  /** When it was written first, in milliseconds. */
  readonly at: number;
  /** Its name; undefined where it could not be written. */
  readonly name: Promise<string | undefined>;
  count: number;
  /** When its count was last written, in milliseconds. */
  countedAt: number | undefined;
}

/** What was said of one object. */
interface Told {
  readonly latest: Latest;
  /** When each Event of the last ten minutes was written. */
  readonly times: readonly number[];
}

/**
 * Writes Events without holding up the caller: one that cannot be written is logged and dropped. Of the latest Event
 * of an object, said again, the count is raised.
 */
export class EventRecorder {
  /** By object, the one that was written longest ago first. */
  private readonly told = new Map<string, Told>();

  constructor(
    private readonly clients: Clients,
    private readonly log: Logger,
  ) {}

  /** Records an Event of an object. */
  record(resource: ApiResource, object: ApiObject, event: ObjectEvent): void {
    const now = Date.now();
    this.forgetOld(now);
    const { uid, name, namespace = "" } = object.metadata ?? {};
    const id = uid ?? `${resource.plural}/${namespace}/${name ?? ""}`;
    const before = this.told.get(id);
    const words = `${event.reason} ${event.message}`;
    if (before?.latest.words === words && now - before.latest.at < REPEAT_AFTER) {
      void this.count(namespace, before.latest, now);
      return;
    }
    const times = (before?.times ?? []).filter((time) => now - time < REPEAT_AFTER);
    if (times.length >= MOST) {
      this.log.debug({ object: id, reason: event.reason }, "too many Events of one object");
      return;
    }
    const body = eventBody(resource, object, event, new Date(now));
    const latest = { words, at: now, name: this.create(namespace, body), count: 1, countedAt: undefined };
    this.told.delete(id);
    this.told.set(id, { latest, times: [...times, now] });
    // One that was not written is said again at its next occurrence.
    void latest.name.then((written) => {
      if (written === undefined && this.told.get(id)?.latest === latest) this.told.delete(id);
    });
  }

  private async create(namespace: string, body: CoreV1Event): Promise<string | undefined> {
    try {
      return (await this.clients.core.createNamespacedEvent({ namespace, body })).metadata.name;
    } catch (error) {
      this.notWritten(error, namespace, body.involvedObject.name);
      return undefined;
    }
  }

  private async count(namespace: string, latest: Latest, now: number): Promise<void> {
    latest.count += 1;
    if (latest.countedAt !== undefined && now - latest.countedAt < COUNT_EVERY) return;
    latest.countedAt = now;
    const name = await latest.name;
    if (name === undefined) return;
    const body = { count: latest.count, lastTimestamp: new Date(now) };
    try {
      await this.clients.core.patchNamespacedEvent(
        { namespace, name, body },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
    } catch (error) {
      this.notWritten(error, namespace, name);
    }
  }

  private notWritten(error: unknown, namespace: string, name: string | undefined): void {
    this.log.warn({ err: error, object: `${namespace}/${name ?? ""}` }, "cannot write an Event");
  }

  private forgetOld(now: number): void {
    for (const [id, { latest }] of this.told) {
      if (now - latest.at < REPEAT_AFTER) return;
      this.told.delete(id);
    }
  }
}

function eventBody(resource: ApiResource, object: ApiObject, event: ObjectEvent, now: Date): CoreV1Event {
  const { name = "", namespace = "", uid, resourceVersion } = object.metadata ?? {};
  return {
    metadata: { generateName: `${name.slice(0, 200)}.`, namespace },
    involvedObject: {
      apiVersion: `${GROUP}/${resource.version}`,
      kind: resource.servedKind,
      name,
      namespace,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type: event.type,
    reason: event.reason,
    message: cut(event.message, MAX_MESSAGE),
    source: { component: "oda-api-watcher" },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}
