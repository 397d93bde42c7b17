// Writes statuses, and remembers what became of a run until a status says it.
import { stackName } from "../stack";
import { type ApiObjects } from "./apiObjects";
import { type Evaluation } from "./evaluate";
import { type EventRecorder } from "./events";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { announcements, observe, type Outcome, type Surroundings } from "./observe";
import { readApplied, readStack } from "./ownStatus";
import { type LastRun } from "./stackRuns";
import { desiredStatus, statusDuringRun } from "./status";

/** What statuses are written with. */
export interface StatusWriterDependencies extends Surroundings {
  readonly objects: ApiObjects;
  readonly events: EventRecorder;
}

/** Writes the status of API objects: only differences, and Events for what is news. */
export class StatusWriter {
  /** Successful runs whose status could not be written yet: they are not repeated. */
  private readonly unwritten = new Map<
    ObjectKey,
    { readonly uid: string | undefined; readonly last: LastRun }
  >();

  constructor(private readonly deps: StatusWriterDependencies) {}

  /** What became of the last run of an object's stack. */
  lastRun(key: ObjectKey, { metadata, status }: ApiObject, { settings }: Evaluation): LastRun {
    const unwritten = this.unwritten.get(key);
    if (unwritten !== undefined && unwritten.uid === metadata?.uid) return unwritten.last;
    const stack = readStack(status) ?? { name: stackName(splitKey(key)), gateway: settings.gateway.type };
    return { stack, uid: readApplied(status).uid };
  }

  /** A run succeeded; {@link write} is yet to say so. */
  succeeded(key: ObjectKey, { metadata }: ApiObject, last: LastRun): void {
    this.unwritten.set(key, { uid: metadata?.uid, last });
  }

  /** @throws the client's `ApiException` when the API server refuses the write */
  async write(key: ObjectKey, object: ApiObject, evaluation: Evaluation, outcome: Outcome): Promise<void> {
    const { events, objects } = this.deps;
    const status = desiredStatus(observe(key, object, evaluation, outcome, this.deps));
    await objects.writeStatus(key, object, status);
    this.unwritten.delete(key);
    for (const event of announcements(object.status, status)) {
      events.record(objects.resource(key), object, event);
    }
  }

  /**
   * Writes what has changed around an object whose run is under way: readiness and address.
   *
   * @throws as {@link write} does
   */
  async writeDuringRun(key: ObjectKey, object: ApiObject, evaluation: Evaluation): Promise<void> {
    const last = this.lastRun(key, object, evaluation);
    const outcome = { ...last, problem: undefined, isUnderWay: true };
    const status = statusDuringRun(observe(key, object, evaluation, outcome, this.deps));
    if (status !== undefined) await this.deps.objects.writeStatus(key, object, status);
  }

  /** The object is gone. */
  forget(key: ObjectKey): void {
    this.unwritten.delete(key);
  }
}
