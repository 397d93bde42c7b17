// Removes what was made for an object that is being deleted, then lets the object go.
import { type GatewaySettings } from "../components";
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
  /** The settings of a gateway by its name; undefined where they are not known. */
  readonly settingsOf: (gateway: string) => GatewaySettings | undefined;
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
      const pending = runs.pendingRemoval(key);
      if (pending !== undefined) return this.fail(key, object, pending);
      const last = readStack(object.status);
      const gateway = last === undefined ? undefined : this.deps.settingsOf(last.gateway);
      const run = await runs.destroy(key, object, gateway);
      if (run.result === "interrupted") return { outcome: "waiting" };
      if (run.result === "failed") {
        const { message } = run.problem;
        events.record(objects.resource(key), object, { type: "Warning", reason: "RemovalFailed", message });
        return this.fail(key, object, { problem: run.problem, delay: run.retryAfter });
      }
      this.progress.set(key, { uid, reached: "destroyed" });
    }
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
