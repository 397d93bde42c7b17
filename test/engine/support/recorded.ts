// What is recorded of a step: everything that a caller of an engine can see of it, in a form that can be compared.
import { type EngineEvent, type OutputMap } from "@pulumi/pulumi/automation";
import { classifyOutput } from "../../../stack/classify";

/** A step of one engine and the surroundings after it. Plain data; normalised before it is compared. */
export interface Recorded {
  readonly step: string;
  /** See `Step.expected`. */
  readonly outcome: string;
  readonly error?: RecordedError;
  readonly outputs?: OutputMap;
  /** The engine's events by what they are about: their order is not compared. */
  readonly events?: Readonly<Record<string, unknown>>;
  /** Names of resources in the order in which they were done, where a row compares it. */
  readonly order?: readonly string[];
  /** Any further answer of the engine. */
  readonly answer?: unknown;
  /** The state file of the stack; null when there is none. */
  readonly state: unknown;
  /** The settings file of the stack; null when there is none. */
  readonly settings: unknown;
  /** The live objects of the namespace. */
  readonly objects: Readonly<Record<string, unknown>>;
}

/** An error as `stack/` tells it. */
export interface RecordedError {
  readonly class: string;
  readonly reason: string | undefined;
  readonly message: string;
}

/** See `Step.expected`. */
export function outcomeOf(error: RecordedError): string {
  return error.reason ?? error.class;
}

/** What the Automation API's own command throws. */
interface CommandError extends Error {
  readonly commandResult?: { readonly err?: { readonly stdout?: string; readonly stderr?: string } };
}

/** The class and the words of an error; those of the released CLI by the table that our own command uses. */
export function recordError(thrown: unknown): RecordedError {
  const process = (thrown as CommandError).commandResult?.err;
  const error =
    process === undefined ? (thrown as Error) : classifyOutput(`${process.stdout}\n${process.stderr}`);
  const { reason } = error as { readonly reason?: string };
  return { class: error.constructor.name, reason, message: error.message };
}

/**
 * Events by kind, operation and resource. Progress and what is shown for a moment only are left out.
 *
 * @param events normalised, so that equal ones have equal texts
 */
export function recordEvents(events: readonly EngineEvent[]): Record<string, unknown> {
  const named = events.flatMap((event) => {
    const name = nameOf(event);
    const kept = withoutClock(event);
    return name === undefined ? [] : [{ name, kept, text: JSON.stringify(kept) }];
  });
  const recorded: Record<string, unknown> = {};
  for (const { name, kept } of named.sort((a, b) => (a.text < b.text ? -1 : 1))) {
    let key = name;
    for (let nth = 2; key in recorded; nth++) key = `${name} (${nth})`;
    recorded[key] = kept;
  }
  return recorded;
}

/** A state file or an exported state, with its resources by name: their order is not compared, nor that of URNs. */
export function recordState(state: unknown): unknown {
  if (Array.isArray(state)) return state.every(isUrn) ? state.toSorted() : state.map(recordState);
  if (typeof state !== "object" || state === null) return state;
  const fields = Object.entries(state).map(([name, value]: [string, unknown]) => {
    const named = name === "resources" && Array.isArray(value) ? byName(value) : value;
    return [name, recordState(named)] as const;
  });
  return Object.fromEntries(fields);
}

function isUrn(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("urn:pulumi:");
}

function byName(resources: readonly { readonly urn: string; readonly delete?: boolean }[]): object {
  return Object.fromEntries(
    resources.map((resource) => [
      `${resourceName(resource.urn)}${resource.delete === true ? " to be deleted" : ""}`,
      resource,
    ]),
  );
}

/** Names of the resources whose step has ended, in order. */
export function recordOrder(events: readonly EngineEvent[]): string[] {
  return events.flatMap(({ resOutputsEvent }) =>
    resOutputsEvent === undefined
      ? []
      : [`${resOutputsEvent.metadata.op} ${resourceName(resOutputsEvent.metadata.urn)}`],
  );
}

/** "create 2, same 1", from the engine's own count; "done" when it counted nothing. */
export function changesOf(events: readonly EngineEvent[]): string {
  const changes = events.findLast(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent
    ?.resourceChanges;
  const counts = Object.entries(changes ?? {}).filter(([, count]) => count > 0);
  return counts.length === 0
    ? "done"
    : counts
        .map(([op, count]) => `${op} ${count}`)
        .sort()
        .join(", ");
}

function nameOf(event: EngineEvent): string | undefined {
  if (event.diagnosticEvent !== undefined) {
    const { severity, urn, ephemeral } = event.diagnosticEvent;
    const shown = ephemeral !== true && (severity as string) !== "debug";
    return shown ? `${severity} of ${resourceName(urn ?? "")}` : undefined;
  }
  for (const kind of ["resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"] as const) {
    const metadata = event[kind]?.metadata;
    if (metadata !== undefined) return `${kind} ${metadata.op} ${resourceName(metadata.urn)}`;
  }
  const kind = Object.keys(event).find((key) => key.endsWith("Event"));
  return kind === "progressEvent" ? undefined : kind;
}

function withoutClock(event: EngineEvent): unknown {
  const { summaryEvent } = event;
  const untimed = { ...event, sequence: undefined, timestamp: undefined };
  if (summaryEvent === undefined) return untimed;
  return { ...untimed, summaryEvent: { ...summaryEvent, durationSeconds: undefined } };
}

/** Last type and name of a URN: "ConfigMap::a". */
function resourceName(urn: string): string {
  return /([^:/]+::[^:]+)$/.exec(urn)?.[1] ?? urn;
}
