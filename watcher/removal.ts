// Removes what was made for an object that is being deleted, then lets the object go.
import { stackName } from "../stack";
import { FINALIZER, type ApiObjects } from "./apiObjects";
import { type Evaluation } from "./evaluate";
import { type EventRecorder } from "./events";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { readStack } from "./ownStatus";
import { well } from "./reasons";
import { type ReconcileResult } from "./reconcileResult";
import { type Pending } from "./retries";
import { type DestroyOutcome } from "./runOutcomes";
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

interface Progress {
  /** Of the object: another one may have the same name. */
  readonly uid: string | undefined;
  readonly reached: "destroyed" | "released";
}

/** Removes objects; the finalizer goes only after everything else has. */
export class Removal {
  /** How far the removal of an object has come, until the cache has seen it go: nothing is done twice. */
  private readonly progress = new Map<ObjectKey, Progress>();

  constructor(private readonly deps: RemovalDependencies) {}

  /** Destroys the stack of an object, then removes the finalizer. */
  async remove(key: ObjectKey, object: ApiObject): Promise<ReconcileResult> {
    const { events, log, objects, runs } = this.deps;
    const { finalizers, uid } = object.metadata ?? {};
    if (!finalizers?.includes(FINALIZER)) return this.release(key);
    const before = this.progress.get(key);
    const reached = before?.uid === uid ? before?.reached : undefined;
    if (reached === "released") return { outcome: "done" };
    if (reached !== "destroyed") {
      const failed = await this.step(key, object, () => runs.destroy(key, object, readStack(object.status)));
      if (failed !== undefined) return failed;
      this.progress.set(key, { uid, reached: "destroyed" });
    }
    const kept = await this.removeLeftOvers(key, object);
    if (kept !== undefined) return kept;
    const stack = stackName(splitKey(key));
    const message = well.removed(stack);
    events.record(objects.resource(key), object, { type: "Normal", reason: "Removed", message });
    // It may have been written meanwhile.
    await objects.removeFinalizer(key, objects.get(key) ?? object);
    this.progress.set(key, { uid, reached: "released" });
    log.info({ key, stack }, "removed");
    return this.release(key);
  }

  /** The object is gone. */
  forget(key: ObjectKey): void {
    this.progress.delete(key);
  }

  /** One step of a removal; undefined where it succeeded. */
  private async step(
    key: ObjectKey,
    object: ApiObject,
    work: () => Promise<DestroyOutcome>,
  ): Promise<ReconcileResult | undefined> {
    const { events, objects, runs } = this.deps;
    const pending = runs.pendingRemoval(key);
    if (pending !== undefined) return this.fail(key, object, pending);
    const run = await work();
    if (run.result === "succeeded") return undefined;
    if (run.result === "interrupted") return { outcome: "waiting" };
    const { message } = run.problem;
    events.record(objects.resource(key), object, { type: "Warning", reason: "RemovalFailed", message });
    return this.fail(key, object, { problem: run.problem, delay: run.retryAfter });
  }

  /** What a run that was cut off may have left is asked for where it has told of the API, and nowhere else. */
  private async removeLeftOvers(key: ObjectKey, object: ApiObject): Promise<ReconcileResult | undefined> {
    const { told = [] } = readStack(object.status) ?? {};
    if (told.length === 0) return undefined;
    return this.step(key, object, () => this.deps.runs.removeLeftOvers(key, object, told));
  }

  private async fail(
    key: ObjectKey,
    object: ApiObject,
    { problem, delay }: Pending,
  ): Promise<ReconcileResult> {
    const { status } = this.deps;
    const evaluation = this.deps.evaluate(key, object);
    const last = status.lastRun(key, object, evaluation);
    const stack = { ...last.stack, result: "Failed" } as const;
    await status.write(key, object, evaluation, { ...last, problem, stack });
    return { outcome: "retry", after: delay };
  }

  private release(key: ObjectKey): ReconcileResult {
    this.deps.runs.release(key);
    return { outcome: "done" };
  }
}
