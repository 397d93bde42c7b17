// The loop: one object, from what it asks for to a stack run and a status.
import { declaredObjects, stackName } from "../stack";
import { FINALIZER, type ApiObjects } from "./apiObjects";
import { type Change } from "./drift/change";
import { type CorrectionPace } from "./drift/correctionPace";
import { type DriftDetector } from "./drift/driftDetector";
import { type Evaluation } from "./evaluate";
import { type EventRecorder } from "./events";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { announcements, isNews, observe, type Outcome, type Surroundings } from "./observe";
import { readApplied, readStack } from "./ownStatus";
import {
  conflictProblem,
  contestedMessage,
  driftCorrectedMessage,
  driftProblem,
  recurringDriftProblem,
  well,
  type Problem,
} from "./reasons";
import { type Retries } from "./retries";
import { type RouteClaims } from "./routeClaims";
import { type LastRun, type Servable, type StackRuns } from "./stackRuns";
import { desiredStatus } from "./status";

/** What the reconciler works with. */
export interface ReconcilerDependencies extends Surroundings {
  readonly objects: ApiObjects;
  readonly runs: StackRuns;
  readonly claims: RouteClaims;
  readonly retries: Retries;
  readonly drift: DriftDetector;
  readonly pace: CorrectionPace;
  /** Called for each API whose resources somebody changed, when that is corrected or newly reported. */
  readonly onDrift: (action: "corrected" | "reported") => void;
  readonly events: EventRecorder;
  readonly log: Logger;
  /** What an object asks for, and what stands in the way. */
  readonly evaluate: (key: ObjectKey, object: ApiObject) => Evaluation;
  /** Has other objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
}

/**
 * What became of a reconcile: nothing more to do, or wait for a change, or try again; and in how many milliseconds to
 * look again, whatever happens.
 */
export type ReconcileResult =
  | { readonly outcome: "done" | "waiting"; readonly after?: number }
  | { readonly outcome: "retry"; readonly after: number };

/** Reconciles one API object at a time; the queue sees to it that no object is in two hands. */
export class Reconciler {
  /** Successful runs whose status could not be written yet, by the uid of their object: they are not repeated. */
  private readonly unwritten = new Map<string, LastRun>();

  /** Uids of objects that were let go, until the cache has seen them go: they are not destroyed twice. */
  private readonly released = new Map<ObjectKey, string | undefined>();

  constructor(private readonly deps: ReconcilerDependencies) {}

  /**
   * Brings the resources of an object in line with its spec, and its status in line with both.
   *
   * @throws the client's `ApiException` when the API server refuses a write; the caller tries again.
   */
  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const object = this.deps.objects.get(key);
    if (object === undefined) return this.forget(key);
    if (object.metadata?.deletionTimestamp !== undefined) return this.remove(key, object);

    const evaluation = this.deps.evaluate(key, object);
    const last = this.lastRun(key, object, evaluation);
    const { api, problem } = evaluation;
    if (api === undefined || problem !== undefined) return this.wait(key, object, evaluation, last, problem);
    const conflict = this.deps.claims.conflict(key);
    if (conflict !== undefined) {
      this.tellHolder(conflict.holder, contestedMessage(conflict, key));
      return this.wait(key, object, evaluation, last, conflictProblem(conflict));
    }
    const servable = { ...evaluation, api };
    const isApplied = last.stack.hash === evaluation.hash && last.stack.result === "Succeeded";
    if (isApplied) return this.keep(key, object, servable, last);

    const pending = this.deps.retries.pending(key, evaluation.hash);
    if (pending !== undefined) {
      await this.writeStatus(key, object, evaluation, { ...last, problem: pending.problem });
      return { outcome: "retry", after: pending.delay };
    }
    return this.run(key, object, servable, last, { refresh: this.isStale(servable, last) });
  }

  /** Sees to it that what was applied is still there, and writes the status. */
  private async keep(
    key: ObjectKey,
    object: ApiObject,
    servable: Servable,
    last: LastRun,
  ): Promise<ReconcileResult> {
    const { drift, objects, pace, retries } = this.deps;
    retries.forget(key);
    const changes = drift.changes(declaredObjects(servable.api, servable.settings));
    if (changes !== undefined && changes.length > 0) {
      if (drift.mode === "report") return this.report(key, object, servable, last, changes);
      const after = pace.delay(key);
      if (after === 0) return this.run(key, object, servable, last, { refresh: true, changes });
      await this.writeStatus(key, object, servable, { ...last, problem: recurringDriftProblem(changes) });
      return { outcome: "retry", after };
    }
    const finalized = await objects.addFinalizer(key, object);
    await this.writeStatus(key, finalized, servable, { ...last, problem: undefined });
    return { outcome: "done", ...(changes === undefined ? { after: drift.recheckAfter } : {}) };
  }

  /** One engine run and the status it leads to. */
  private async run(
    key: ObjectKey,
    object: ApiObject,
    servable: Servable,
    last: LastRun,
    why: { readonly refresh: boolean; readonly changes?: readonly Change[] },
  ): Promise<ReconcileResult> {
    const { claims, events, log, objects, pace, runs } = this.deps;
    // Before anything is awaited: no other object may find the routes free meanwhile.
    claims.occupyWanted(key);
    const finalized = await objects.addFinalizer(key, object);
    const run = await runs.up(key, object, servable, last, why.refresh);
    if (run.result === "interrupted") return { outcome: "waiting" };
    const resource = objects.resource(key);
    if (run.result === "failed") {
      events.record(resource, object, { type: "Warning", ...run.problem });
      await this.writeStatus(key, finalized, servable, { ...run.last, problem: run.problem });
      return { outcome: "retry", after: run.retryAfter };
    }
    this.unwritten.set(object.metadata?.uid ?? "", run.last);
    await this.writeStatus(key, finalized, servable, { ...run.last, problem: undefined });
    const { name: stack, hash = "" } = run.last.stack;
    if (why.changes === undefined) {
      log.info({ key, stack, hash }, "applied");
      events.record(resource, object, { type: "Normal", reason: "Applied", message: well.applied(stack) });
    } else {
      pace.corrected(key);
      this.deps.onDrift("corrected");
      log.warn({ key, stack, changes: why.changes }, "drift corrected");
      const message = driftCorrectedMessage(why.changes);
      events.record(resource, object, { type: "Normal", reason: "DriftCorrected", message });
    }
    return { outcome: "done" };
  }

  /** Tells of what somebody changed, and leaves it. */
  private async report(
    key: ObjectKey,
    object: ApiObject,
    servable: Servable,
    last: LastRun,
    changes: readonly Change[],
  ): Promise<ReconcileResult> {
    const problem = driftProblem(changes);
    if (isNews(object, problem)) {
      this.deps.onDrift("reported");
      this.deps.log.warn({ key, changes }, "drift detected");
      const { message } = problem;
      const { events, objects } = this.deps;
      events.record(objects.resource(key), object, { type: "Warning", reason: "DriftDetected", message });
    }
    await this.writeStatus(key, object, servable, { ...last, problem });
    return { outcome: "waiting" };
  }

  /** Destroys the stack of an object that is being deleted, then lets the object go. */
  private async remove(key: ObjectKey, object: ApiObject): Promise<ReconcileResult> {
    const { events, log, objects, runs } = this.deps;
    const { finalizers, uid } = object.metadata ?? {};
    if (!finalizers?.includes(FINALIZER)) return this.release(key);
    if (this.released.has(key) && this.released.get(key) === uid) return { outcome: "done" };
    const delay = runs.removalDelay(key);
    if (delay !== undefined) return { outcome: "retry", after: delay };
    const resource = objects.resource(key);
    const stack = stackName(splitKey(key));
    const run = await runs.destroy(key);
    if (run.result === "interrupted") return { outcome: "waiting" };
    if (run.result === "failed") {
      const { problem, retryAfter } = run;
      events.record(resource, object, {
        type: "Warning",
        reason: "RemovalFailed",
        message: problem.message,
      });
      const evaluation = this.deps.evaluate(key, object);
      const last = this.lastRun(key, object, evaluation);
      const failed = { ...last.stack, result: "Failed" } as const;
      await this.writeStatus(key, object, evaluation, { ...last, problem, stack: failed });
      return { outcome: "retry", after: retryAfter };
    }
    events.record(resource, object, { type: "Normal", reason: "Removed", message: well.removed(stack) });
    await objects.removeFinalizer(key, object);
    this.released.set(key, uid);
    log.info({ key, stack }, "removed");
    return this.release(key);
  }

  /**
   * The resources of a deleted object are gone: it occupies no route, however long another finalizer keeps it. Its
   * claim stays, for by now it may be that of a new object of the same name.
   */
  private release(key: ObjectKey): ReconcileResult {
    this.deps.retries.forget(key);
    this.deps.enqueue(this.deps.claims.settle(key, []));
    return { outcome: "done" };
  }

  private forget(key: ObjectKey): ReconcileResult {
    this.released.delete(key);
    this.deps.retries.forget(key);
    this.deps.pace.forget(key);
    this.deps.enqueue(this.deps.claims.remove(key));
    return { outcome: "done" };
  }

  /** Says why the object is not served as it asks, until it or something else changes. */
  private async wait(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Evaluation,
    last: LastRun,
    problem: Problem | undefined,
  ): Promise<ReconcileResult> {
    const { events, log, objects } = this.deps;
    if (problem !== undefined && isNews(object, problem)) {
      events.record(objects.resource(key), object, { type: "Warning", ...problem });
      log.warn({ key, ...problem }, "not served as asked");
    }
    await this.writeStatus(key, object, evaluation, { ...last, problem });
    return { outcome: "waiting" };
  }

  private tellHolder(holder: ObjectKey, message: string): void {
    const { events, objects } = this.deps;
    const object = objects.get(holder);
    if (object === undefined) return;
    events.record(objects.resource(holder), object, { type: "Warning", reason: "RouteContested", message });
  }

  private async writeStatus(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Evaluation,
    outcome: Outcome,
  ): Promise<void> {
    const { events, objects } = this.deps;
    const status = desiredStatus(observe(key, object, evaluation, outcome, this.deps));
    await objects.writeStatus(key, object, status);
    this.unwritten.delete(object.metadata?.uid ?? "");
    for (const event of announcements(object.status, status)) {
      events.record(objects.resource(key), object, event);
    }
  }

  private lastRun(key: ObjectKey, { metadata, status }: ApiObject, { settings }: Evaluation): LastRun {
    const unwritten = this.unwritten.get(metadata?.uid ?? "");
    const stack = readStack(status) ?? { name: stackName(splitKey(key)), gateway: settings.gateway.type };
    return unwritten ?? { stack, uid: readApplied(status).uid };
  }

  /** Whether the stack may not know what there is: a run failed half way, or an object went meanwhile. */
  private isStale({ api, settings }: Servable, { stack }: LastRun): boolean {
    if (stack.result === "Failed") return true;
    if (stack.hash === undefined) return false;
    const changes = this.deps.drift.changes(declaredObjects(api, settings)) ?? [];
    return changes.some(({ fields }) => fields.length === 0);
  }
}
