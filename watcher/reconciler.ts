// The loop: one object, from what it asks for to a stack run and a status.
import { declaredObjects } from "../stack";
import { type ApiObjects } from "./apiObjects";
import { type Change } from "./drift/change";
import { type CorrectionPace } from "./drift/correctionPace";
import { type DriftDetector } from "./drift/driftDetector";
import { type Evaluation } from "./evaluate";
import { type EventRecorder } from "./events";
import { overwrittenMessage, type ForeignChange } from "./gatewayMessages";
import { type ApiObject, type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { isNews } from "./observe";
import { type StackStatus } from "./ownStatus";
import { type PlatformStacks } from "./platformStacks";
import { conflictProblem, contestedMessage } from "./policyMessages";
import { driftCorrectedMessage, driftProblem, heldProblem, recurringDriftProblem } from "./drift/messages";
import { type ReconcileResult } from "./reconcileResult";
import { type Removal } from "./removal";
import { type Retries } from "./retries";
import { type RouteClaims } from "./routeClaims";
import { type LastRun, type Servable } from "./runOutcomes";
import { type StackRuns } from "./stackRuns";
import { type StatusWriter } from "./statusWriter";
import { well, type Problem } from "./reasons";
import { placesOf } from "./toldPlaces";

/** What the reconciler works with. */
export interface ReconcilerDependencies {
  readonly objects: ApiObjects;
  readonly runs: StackRuns;
  readonly removal: Removal;
  readonly status: StatusWriter;
  readonly claims: RouteClaims;
  readonly retries: Retries;
  readonly drift: DriftDetector;
  readonly platform: PlatformStacks;
  readonly pace: CorrectionPace;
  /** Called for each API whose resources somebody changed, when that is corrected or newly reported. */
  readonly onDrift: (action: "corrected" | "reported") => void;
  readonly events: EventRecorder;
  readonly log: Logger;
  /** What an object asks for, and what stands in the way. */
  readonly evaluate: (key: ObjectKey, object: ApiObject) => Evaluation;
  /** Has what was gathered around an object forgotten. */
  readonly forget: (key: ObjectKey) => void;
  /** Has other objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
}

/** Milliseconds until another look at an object that cannot be evaluated just yet. */
const SOON = 500;

/** Reconciles one API object at a time; the queue sees to it that no object is in two hands. */
export class Reconciler {
  /** What somebody else did, until a run has put it back and an Event has told of it. */
  private readonly drifted = new Map<ObjectKey, readonly Change[]>();

  constructor(private readonly deps: ReconcilerDependencies) {}

  /**
   * Brings the resources of an object in line with its spec, and its status in line with both.
   *
   * @throws the client's `ApiException` when the API server refuses a write; the caller tries again.
   */
  async reconcile(key: ObjectKey): Promise<ReconcileResult> {
    const object = this.deps.objects.get(key);
    if (object === undefined) return this.forget(key);
    if (object.metadata?.deletionTimestamp !== undefined) return this.deps.removal.remove(key, object);

    const evaluation = this.deps.evaluate(key, object);
    if (evaluation.notYet) return { outcome: "retry", after: SOON };
    const last = this.deps.status.lastRun(key, object, evaluation);
    const { api, problem, settings } = evaluation;
    if (api === undefined || settings === undefined || problem !== undefined)
      return this.wait(key, object, evaluation, last, problem);
    const conflict = this.deps.claims.conflict(key);
    if (conflict !== undefined) {
      const conflicting = conflictProblem(conflict);
      if (isNews(object, conflicting)) this.tellHolder(conflict.holder, contestedMessage(conflict, key));
      return this.wait(key, object, evaluation, last, conflicting);
    }
    return this.serve(key, object, { ...evaluation, api, settings }, last);
  }

  /** Whether a run for an object is under way, so that its next reconcile has to wait. */
  isRunning(key: ObjectKey): boolean {
    return this.deps.runs.isUnderWay(key);
  }

  /**
   * Writes what has changed around an object whose run is under way: readiness and address do not wait for it.
   *
   * @throws as {@link reconcile} does
   */
  async tellDuringRun(key: ObjectKey): Promise<void> {
    const object = this.deps.objects.get(key);
    if (object === undefined || object.metadata?.deletionTimestamp !== undefined) return;
    if (!this.isRunning(key)) return;
    const evaluation = this.deps.evaluate(key, object);
    if (evaluation.notYet) return;
    await this.deps.status.writeDuringRun(key, object, evaluation);
  }

  /** Brings what is there in line with a valid spec. */
  private async serve(
    key: ObjectKey,
    object: ApiObject,
    servable: Servable,
    last: LastRun,
  ): Promise<ReconcileResult> {
    const { drift, platform, retries, status } = this.deps;
    platform.looked(key, servable.api, servable.settings);
    const hasRun = last.stack.hash === servable.hash;
    const isDone = last.stack.result === "Succeeded" && last.stack.undeleted === undefined;
    if (hasRun && isDone) return this.keep(key, object, servable, last);
    const pending = retries.pending(key, servable.hash);
    if (pending !== undefined) {
      await status.write(key, object, servable, { ...last, problem: pending.problem });
      return { outcome: "retry", after: pending.delay };
    }
    const { foreign, changed } = drift.obstacles(declaredObjects(servable.api, servable.settings), hasRun);
    if (foreign.length > 0) return this.wait(key, object, servable, last, heldProblem(foreign));
    if (changed.length > 0) return this.report(key, object, servable, last, changed);
    return this.run(key, object, servable, last, this.isStale(servable, last));
  }

  /** Sees to it that what was applied is still there, and writes the status. */
  private async keep(
    key: ObjectKey,
    object: ApiObject,
    servable: Servable,
    last: LastRun,
  ): Promise<ReconcileResult> {
    const { drift, objects, pace, platform, retries, runs, status } = this.deps;
    retries.forget(key);
    const changes = drift.changes(declaredObjects(servable.api, servable.settings));
    if (changes !== undefined && changes.length > 0) {
      if (drift.mode === "report") return this.report(key, object, servable, last, changes);
      const after = pace.delay(key);
      if (after > 0) {
        await status.write(key, object, servable, { ...last, problem: recurringDriftProblem(changes) });
        return { outcome: "retry", after };
      }
      this.drifted.set(key, changes);
      return this.run(key, object, servable, last, true);
    }
    this.drifted.delete(key);
    const cleared = await runs.clear(key, object, servable, last);
    const lacking = platform.confirm(key) ?? servable.awaits?.problem;
    if (lacking !== undefined) return this.wait(key, object, servable, cleared, lacking);
    const finalized = await objects.addFinalizer(key, object);
    await status.write(key, finalized, servable, { ...cleared, problem: undefined });
    return { outcome: "done", ...(changes === undefined ? { after: drift.recheckAfter } : {}) };
  }

  /** One engine run and the status it leads to. */
  private async run(
    key: ObjectKey,
    object: ApiObject,
    servable: Servable,
    last: LastRun,
    refresh: boolean,
  ): Promise<ReconcileResult> {
    const { claims, events, objects, platform, runs, status } = this.deps;
    // Before anything is awaited: no other object may find the routes free meanwhile.
    claims.occupyWanted(key);
    const finalized = await objects.addFinalizer(key, object);
    const run = await runs.up(key, object, servable, last, refresh);
    if (run.result === "interrupted") return { outcome: "waiting" };
    if (run.result === "waiting") return this.wait(key, finalized, servable, last, run.problem);
    status.ran(key, object, run.last);
    if (run.result === "failed") {
      events.record(objects.resource(key), object, { type: "Warning", ...run.problem });
      await status.write(key, finalized, servable, { ...run.last, problem: run.problem });
      return { outcome: "retry", after: run.retryAfter };
    }
    this.tellOfRun(key, object, run.last);
    if (run.overwritten !== undefined) this.tellOfOverwrite(key, object, run.overwritten);
    const lacking = platform.confirm(key) ?? servable.awaits?.problem;
    if (lacking !== undefined) return this.wait(key, finalized, servable, run.last, lacking);
    await status.write(key, finalized, servable, { ...run.last, problem: undefined });
    return { outcome: "done" };
  }

  private tellOfRun(key: ObjectKey, object: ApiObject, { stack: { name: stack, hash = "" } }: LastRun): void {
    const { events, log, objects, onDrift, pace } = this.deps;
    const changes = this.drifted.get(key);
    if (changes === undefined) {
      log.info({ key, stack, hash }, "applied");
      const message = well.applied(stack);
      events.record(objects.resource(key), object, { type: "Normal", reason: "Applied", message });
      return;
    }
    this.drifted.delete(key);
    pace.corrected(key);
    onDrift("corrected");
    log.warn({ key, stack, changes }, "drift corrected");
    const message = driftCorrectedMessage(changes);
    events.record(objects.resource(key), object, { type: "Normal", reason: "DriftCorrected", message });
  }

  private tellOfOverwrite(key: ObjectKey, object: ApiObject, change: ForeignChange): void {
    const { events, log, objects } = this.deps;
    const message = overwrittenMessage(change);
    log.warn({ key, change }, "changes of others at the gateway written over");
    events.record(objects.resource(key), object, {
      type: "Normal",
      reason: "ForeignChangeOverwritten",
      message,
    });
  }

  /** Tells of what somebody changed, and leaves it. */
  private async report(
    key: ObjectKey,
    object: ApiObject,
    servable: Servable,
    last: LastRun,
    changes: readonly Change[],
  ): Promise<ReconcileResult> {
    const { events, log, objects, onDrift, status } = this.deps;
    const problem = driftProblem(changes);
    if (isNews(object, problem)) {
      onDrift("reported");
      log.warn({ key, changes }, "drift detected");
      const { message } = problem;
      events.record(objects.resource(key), object, { type: "Warning", reason: "DriftDetected", message });
    }
    await status.write(key, object, servable, { ...last, problem });
    return { outcome: "waiting" };
  }

  /** Says why the object is not served as it asks, until it or something else changes. */
  private async wait(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Evaluation,
    last: LastRun,
    problem: Problem | undefined,
  ): Promise<ReconcileResult> {
    const { events, log, objects, status } = this.deps;
    if (problem !== undefined && isNews(object, problem)) {
      events.record(objects.resource(key), object, { type: "Warning", ...problem });
      log.warn({ key, reason: problem.reason, text: problem.message }, "not served as asked");
    }
    await status.write(key, object, evaluation, { ...last, problem });
    return { outcome: "waiting" };
  }

  private tellHolder(holder: ObjectKey, message: string): void {
    const { events, objects } = this.deps;
    const object = objects.get(holder);
    if (object === undefined) return;
    events.record(objects.resource(holder), object, { type: "Warning", reason: "RouteContested", message });
  }

  private forget(key: ObjectKey): ReconcileResult {
    const { claims, enqueue, pace, platform, removal, retries, status } = this.deps;
    this.drifted.delete(key);
    removal.forget(key);
    status.forget(key);
    retries.forget(key);
    pace.forget(key);
    platform.forget(key);
    this.deps.forget(key);
    enqueue(claims.remove(key));
    return { outcome: "done" };
  }

  /** Whether the stack may not know what there is: a run failed half way, or an object went meanwhile. */
  private isStale(servable: Servable, { stack }: LastRun): boolean {
    const { api, settings } = servable;
    if (isLeaving(servable, stack)) return false;
    if (stack.result === "Failed") return true;
    if (stack.hash === undefined) return false;
    const changes = this.deps.drift.changes(declaredObjects(api, settings)) ?? [];
    return changes.some(({ fields }) => fields.length === 0);
  }
}

/**
 * Whether something of an API is at a gateway outside the cluster that is not to have it any more. A refresh would ask
 * that gateway first: while it is away, the API would not come to the one that it is to be behind.
 */
function isLeaving(servable: Servable, { gateway, told = [] }: StackStatus): boolean {
  const { keep, gateway: asked } = servable.settings;
  const isLeft = gateway !== "istio" && gateway !== asked.type && gateway !== keep?.gateway.type;
  const places = placesOf(servable);
  return isLeft || told.some((place) => !places.includes(place));
}
