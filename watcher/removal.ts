// Removes what was made for an object that is being deleted, then lets the object go.
import { stackName } from "../stack";
import { FINALIZER, type ApiObjects } from "./apiObjects";
import { type Evaluation } from "./evaluate";
import { type EventRecorder } from "./events";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { well } from "./reasons";
import { type ReconcileResult } from "./reconcileResult";
import { type StackRuns } from "./stackRuns";
import { type StatusWriter } from "./statusWriter";

/** What removals work with. */
export interface RemovalDependencies {
  readonly objects: ApiObjects;
  readonly runs: StackRuns;
  readonly status: StatusWriter;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly evaluate: (key: ObjectKey, object: ApiObject) => Evaluation;
}

/** Removes objects; the finalizer goes only after everything else has. */
export class Removal {
  /** Uids of objects that were let go, until the cache has seen them go: they are not destroyed twice. */
  private readonly released = new Map<ObjectKey, string | undefined>();

  constructor(private readonly deps: RemovalDependencies) {}

  /** Destroys the stack of an object, then removes the finalizer. */
  async remove(key: ObjectKey, object: ApiObject): Promise<ReconcileResult> {
    const { events, log, objects, runs } = this.deps;
    const { finalizers, uid } = object.metadata ?? {};
    if (!finalizers?.includes(FINALIZER)) return this.release(key);
    if (this.released.has(key) && this.released.get(key) === uid) return { outcome: "done" };
    const delay = runs.removalDelay(key);
    if (delay !== undefined) return { outcome: "retry", after: delay };
    const run = await runs.destroy(key);
    if (run.result === "interrupted") return { outcome: "waiting" };
    const resource = objects.resource(key);
    if (run.result === "failed") {
      const { message } = run.problem;
      events.record(resource, object, { type: "Warning", reason: "RemovalFailed", message });
      const evaluation = this.deps.evaluate(key, object);
      const last = this.deps.status.lastRun(key, object, evaluation);
      const stack = { ...last.stack, result: "Failed" } as const;
      await this.deps.status.write(key, object, evaluation, { ...last, problem: run.problem, stack });
      return { outcome: "retry", after: run.retryAfter };
    }
    const stack = stackName(splitKey(key));
    events.record(resource, object, { type: "Normal", reason: "Removed", message: well.removed(stack) });
    await objects.removeFinalizer(key, object);
    this.released.set(key, uid);
    log.info({ key, stack }, "removed");
    return this.release(key);
  }

  /** The object is gone. */
  forget(key: ObjectKey): void {
    this.released.delete(key);
  }

  private release(key: ObjectKey): ReconcileResult {
    this.deps.runs.release(key);
    return { outcome: "done" };
  }
}
