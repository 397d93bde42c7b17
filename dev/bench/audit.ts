// What was asked of the API server: its audit log.
import { readFileSync } from "node:fs";

/** Requests by `VERB resource`. */
export type Requests = Readonly<Record<string, number>>;

/** One finished request (audit.k8s.io/v1, Event), as far as it is read here. */
export interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  /** RFC 3339 with microseconds: when the request came, and when its answer was complete. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

/** Reads what was added to an audit log since the last reading. */
export class AuditReader {
  private read = 0;

  constructor(private readonly file: string) {}

  /** The requests of all users that ended since the last call, in the order in which they ended. */
  events(): readonly AuditEvent[] {
    const text = readFileSync(this.file);
    const complete = text.lastIndexOf("\n") + 1;
    const lines = text.toString("utf8", this.read, complete).split("\n");
    this.read = complete;
    return lines
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ stage }) => stage === "ResponseComplete");
  }

  /** Requests of a user that ended since the last call. */
  requests(user: string): Requests {
    const counts: Record<string, number> = {};
    for (const event of this.events()) {
      if (event.user?.username !== user) continue;
      const what = `${event.verb.toUpperCase()} ${resourceOf(event)}`;
      counts[what] = (counts[what] ?? 0) + 1;
    }
    return counts;
  }
}

function resourceOf({ objectRef, requestURI }: AuditEvent): string {
  if (objectRef?.resource === undefined) return requestURI.split("?")[0] ?? requestURI;
  return objectRef.subresource === undefined
    ? objectRef.resource
    : `${objectRef.resource}/${objectRef.subresource}`;
}
