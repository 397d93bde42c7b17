// Where the time between an endpoint and a status goes, by the clock of the API server.
import { type AuditEvent } from "./audit";
import { serviceName } from "./services";
import { median, round } from "./statistics";

/** Medians in milliseconds. */
export interface Phases {
  /** The API server changes the endpoint. */
  readonly endpoint_write_ms: number;
  /** From there until the request that changes the status arrives; negative where that overtakes the answer. */
  readonly reaction_ms: number;
  /** The API server changes the status. */
  readonly status_write_ms: number;
}

/**
 * Takes the flips apart that a follower answered in a namespace. One that it was still at work on when the next one
 * came counts from that one.
 *
 * @param follower user that writes the statuses
 * @param apis names of the APIs that were flipped
 */
export function phasesOf(
  events: readonly AuditEvent[],
  follower: string,
  namespace: string,
  apis: readonly string[],
): Phases {
  const written = events.filter(
    ({ verb, objectRef }) => verb === "patch" && objectRef?.namespace === namespace,
  );
  const phases = apis.flatMap((api) => {
    const changes = written.filter(
      ({ objectRef }) => objectRef?.resource === "endpointslices" && objectRef.name === serviceName(api),
    );
    const statuses = written.filter(
      ({ user, objectRef }) =>
        user?.username === follower && objectRef?.resource === "exposedapis" && objectRef.name === api,
    );
    return statuses.flatMap((status) => {
      const change = changes.findLast((each) => received(each) < received(status));
      return change === undefined ? [] : [{ change, status }];
    });
  });
  return {
    endpoint_write_ms: middle(phases.map(({ change }) => ended(change) - received(change))),
    reaction_ms: middle(phases.map(({ change, status }) => received(status) - ended(change))),
    status_write_ms: middle(phases.map(({ status }) => ended(status) - received(status))),
  };
}

function middle(samples: readonly number[]): number {
  return round(median(samples), 1);
}

function received({ requestReceivedTimestamp }: AuditEvent): number {
  return milliseconds(requestReceivedTimestamp);
}

function ended({ stageTimestamp }: AuditEvent): number {
  return milliseconds(stageTimestamp);
}

/** Milliseconds since the epoch of an RFC 3339 time, its microseconds kept. */
function milliseconds(time: string): number {
  const [, seconds = "", fraction = "0"] = /^(.*?)(?:\.(\d+))?Z$/.exec(time) ?? [];
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000;
}
