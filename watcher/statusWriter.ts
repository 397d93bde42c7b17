// Writes statuses, and remembers what became of a run until a status says it.
import { stackName } from "../stack";
import { type ApiObjects } from "./apiObjects";
import { type Evaluation } from "./evaluate";
import { type EventRecorder } from "./events";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { announcements, observe, type Outcome, type Surroundings } from "./observe";
import { readApplied, readStack, type StackStatus } from "./ownStatus";
import { type LastRun } from "./runOutcomes";
import { desiredStatus, statusDuringRun } from "./status";

/** What statuses are written with. */
export interface StatusWriterDependencies extends Surroundings {
  readonly objects: ApiObjects;
  readonly events: EventRecorder;
}

/** Writes the status of API objects: only differences, and Events for what is news. */
export class StatusWriter {
  /** Runs whose status could not be written yet: a successful one is not repeated, a failed one not forgotten. */
  private readonly unwritten = new Map<
    ObjectKey,
    { readonly uid: string | undefined; readonly last: LastRun }
  >();

  /** Writes during a run that are under way: the one after the run must not be overtaken. */
  private readonly duringRun = new Map<ObjectKey, Promise<void>>();

  constructor(private readonly deps: StatusWriterDependencies) {}

  /** What became of the last run of an object's stack. */
  lastRun(key: ObjectKey, { metadata, status }: ApiObject, { gateway }: Evaluation): LastRun {
    const unwritten = this.unwritten.get(key);
    if (unwritten !== undefined && unwritten.uid === metadata?.uid) return unwritten.last;
    const stack = readStack(status) ?? { name: stackName(splitKey(key)), gateway };
    return { stack, uid: readApplied(status).uid };
  }

  /** A run is over; {@link write} is yet to say so. */
  ran(key: ObjectKey, { metadata }: ApiObject, last: LastRun): void {
    this.unwritten.set(key, { uid: metadata?.uid, last });
  }

  /** @throws the client's `ApiException` when the API server refuses the write */
  async write(key: ObjectKey, object: ApiObject, evaluation: Evaluation, outcome: Outcome): Promise<void> {
    await this.duringRun.get(key)?.catch(() => undefined);
    const latest = this.deps.objects.get(key) ?? object;
    await this.tell(key, latest, desiredStatus(observe(key, latest, evaluation, outcome, this.deps)));
    this.unwritten.delete(key);
  }

  /**
   * Writes what has changed around an object whose run is under way: readiness and address.
   *
   * @throws as {@link write} does
   */
  writeDuringRun(key: ObjectKey, object: ApiObject, evaluation: Evaluation): Promise<void> {
    return this.inOrder(key, async () => {
      const latest = this.deps.objects.get(key) ?? object;
      const status = this.duringRunOf(key, latest, evaluation);
      if (status !== undefined) await this.tell(key, latest, status);
    });
  }

  /**
   * Notes what the stack of an object is when its run begins, also where nothing was said yet.
   *
   * @throws as {@link write} does
   */
  begins(key: ObjectKey, object: ApiObject, evaluation: Evaluation, stack: StackStatus): Promise<void> {
    return this.inOrder(key, async () => {
      const latest = this.deps.objects.get(key) ?? object;
      await this.tell(key, latest, { ...this.duringRunOf(key, latest, evaluation), stack });
    });
  }

  private duringRunOf(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Evaluation,
  ): Record<string, unknown> | undefined {
    const last = this.lastRun(key, object, evaluation);
    const outcome = { ...last, problem: undefined, isUnderWay: true };
    return statusDuringRun(observe(key, object, evaluation, outcome, this.deps));
  }

  /** A write during a run comes after those before it: each is made from what the one before has left. */
  private async inOrder(key: ObjectKey, write: () => Promise<void>): Promise<void> {
    const earlier = this.duringRun.get(key) ?? Promise.resolve();
    const writing = earlier.catch(() => undefined).then(write);
    this.duringRun.set(key, writing);
    try {
      await writing;
    } finally {
      if (this.duringRun.get(key) === writing) this.duringRun.delete(key);
    }
  }

  private async tell(key: ObjectKey, object: ApiObject, status: Record<string, unknown>): Promise<void> {
    const { events, objects } = this.deps;
    await objects.writeStatus(key, object, status);
    for (const event of announcements(object.status, status)) {
      events.record(objects.resource(key), object, event);
    }
  }

  /** The object is gone. */
  forget(key: ObjectKey): void {
    this.unwritten.delete(key);
  }
}
