// Events of API objects, for `kubectl describe`.
import { type CoreV1Event } from "@kubernetes/client-node";
import { GROUP } from "../spec";
import { type Clients } from "./kube/client";
import { type ApiObject, type ApiResource } from "./kube/objects";
import { type Logger } from "./logger";
import { cut, MAX_MESSAGE, type EventReason } from "./reasons";

/** Milliseconds during which an Event with the same words is not repeated. */
const REPEAT_AFTER = 10 * 60_000;

/** What happened to an object. */
export interface ObjectEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: EventReason;
  readonly message: string;
}

/** Writes Events without holding up the caller: one that cannot be written is logged and dropped. */
export class EventRecorder {
  /** When each Event was last written, oldest first. */
  private readonly recent = new Map<string, number>();

  constructor(
    private readonly clients: Clients,
    private readonly log: Logger,
  ) {}

  /** Records an Event of an object. */
  record(resource: ApiResource, object: ApiObject, event: ObjectEvent): void {
    const now = Date.now();
    const words = [object.metadata?.uid, event.reason, event.message].join(" ");
    const last = this.recent.get(words);
    this.forgetOld(now);
    if (last !== undefined && now - last < REPEAT_AFTER) return;
    this.recent.delete(words);
    this.recent.set(words, now);
    const body = eventBody(resource, object, event, new Date(now));
    this.clients.core
      .createNamespacedEvent({ namespace: body.metadata.namespace ?? "", body })
      .catch((error: unknown) => {
        this.log.warn({ err: error, object: words }, "cannot write an Event");
      });
  }

  private forgetOld(now: number): void {
    for (const [words, at] of this.recent) {
      if (now - at < REPEAT_AFTER) return;
      this.recent.delete(words);
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
