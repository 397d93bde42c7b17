// The loop: one object, from what it asks for to a stack run and a status.
import { policiesOf, publicUrl, type GatewayAddress, type GatewaySettings } from "../components";
import { GROUP, type ExposedApi } from "../spec";
import { stackName, type ApiOutputs, type Engine, type ProgramInput } from "../stack";
import { FINALIZER, type ApiObjects } from "./apiObjects";
import { findCondition } from "./conditions";
import { evaluate, type Evaluation } from "./evaluate";
import { type EventRecorder } from "./events";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { readApplied, readStack, type StackStatus } from "./ownStatus";
import { conflictProblem, contestedMessage, runProblem, type Problem } from "./reasons";
import { type Retries } from "./retries";
import { type RouteClaims } from "./routeClaims";
import { desiredStatus } from "./status";

/** What the reconciler works with. */
export interface ReconcilerDependencies {
  readonly objects: ApiObjects;
  readonly engine: Engine;
  readonly claims: RouteClaims;
  readonly retries: Retries;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly gateway: GatewaySettings;
  /** Where clients reach the gateway now. */
  readonly address: () => GatewayAddress | undefined;
  /** Whether a Service, `namespace/name`, has a ready endpoint now. */
  readonly isReady: (service: string) => boolean;
  /** Has other objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
  /** Aborted when the watcher begins to shut down: a run that fails from then on says nothing of the object. */
  readonly closing: AbortSignal;
  /** Aborted when runs under way must stop. */
  readonly stopping: AbortSignal;
}

/** What became of a reconcile: nothing more to do, or wait for a change, or try again in so many milliseconds. */
export type ReconcileResult =
  { readonly outcome: "done" | "waiting" } | { readonly outcome: "retry"; readonly after: number };

/** What became of an object's stack. */
interface LastRun {
  readonly stack: StackStatus;
  /** Id of the resource that stands for the API, once there is one. */
  readonly uid: string | undefined;
}

/** What a status is written for, beyond what the object itself says. */
interface Outcome extends LastRun {
  readonly problem: Problem | undefined;
}

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

    const evaluation = evaluate(this.deps.objects.resource(key), object, this.deps.gateway);
    const last = this.lastRun(key, object);
    if (evaluation.api === undefined || evaluation.problem !== undefined) {
      return this.wait(key, object, evaluation, { ...last, problem: evaluation.problem });
    }
    const conflict = this.deps.claims.conflict(key);
    if (conflict !== undefined) {
      this.tellHolder(conflict.holder, contestedMessage(conflict, key));
      return this.wait(key, object, evaluation, { ...last, problem: conflictProblem(conflict) });
    }
    if (last.stack.hash === evaluation.hash && last.stack.result === "Succeeded") {
      this.deps.retries.forget(key);
      const finalized = await this.deps.objects.addFinalizer(key, object);
      await this.writeStatus(key, finalized, evaluation, { ...last, problem: undefined });
      return { outcome: "done" };
    }
    const pending = this.deps.retries.pending(key, evaluation.hash);
    if (pending !== undefined) {
      await this.writeStatus(key, object, evaluation, { ...last, problem: pending.problem });
      return { outcome: "retry", after: pending.delay };
    }
    return this.run(key, object, { ...evaluation, api: evaluation.api }, last);
  }

  /** One engine run and the status it leads to. */
  private async run(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Evaluation & { readonly api: ExposedApi },
    last: LastRun,
  ): Promise<ReconcileResult> {
    const { claims, engine, events, log, objects, retries } = this.deps;
    // Before anything is awaited: no other object may find the routes free meanwhile.
    claims.occupyWanted(key);
    const finalized = await objects.addFinalizer(key, object);
    const before = { name: stackName(evaluation.api), gateway: evaluation.settings.gateway.type };
    let outputs: ApiOutputs;
    try {
      outputs = await engine.up({
        kind: evaluation.api.kind,
        stack: before.name,
        known: last.stack.lastRun !== undefined,
        input: this.programInput(key, object, evaluation),
        signal: this.deps.stopping,
      });
    } catch (error) {
      // The next process finds the object as it was and runs it again.
      if (this.deps.closing.aborted) return { outcome: "waiting" };
      const problem = runProblem(error);
      const after = retries.failed(key, evaluation.hash, problem);
      log.warn(
        { key, reason: problem.reason, retryInMs: Math.round(after), err: error },
        "engine run failed",
      );
      events.record(objects.resource(key), object, { type: "Warning", ...problem });
      const stack: StackStatus = {
        ...last.stack,
        ...before,
        // The run may have got as far as to occupy them.
        routes: [...new Set([...(last.stack.routes ?? []), ...evaluation.routes])],
        lastRun: new Date().toISOString(),
        result: "Failed",
      };
      await this.writeStatus(key, finalized, evaluation, { ...last, problem, stack });
      return { outcome: "retry", after };
    }
    retries.forget(key);
    this.deps.enqueue(claims.settle(key, evaluation.routes));
    const done: LastRun = {
      uid: outputs.uid,
      stack: {
        ...before,
        hash: evaluation.hash,
        routes: evaluation.routes,
        lastRun: new Date().toISOString(),
        result: "Succeeded",
      },
    };
    this.unwritten.set(object.metadata?.uid ?? "", done);
    await this.writeStatus(key, finalized, evaluation, { ...done, problem: undefined });
    log.info({ key, stack: before.name, hash: evaluation.hash }, "applied");
    events.record(objects.resource(key), object, {
      type: "Normal",
      reason: "Applied",
      message: `stack ${before.name} is up to date (${evaluation.hash})`,
    });
    return { outcome: "done" };
  }

  /** Destroys the stack of an object that is being deleted, then lets the object go. */
  private async remove(key: ObjectKey, object: ApiObject): Promise<ReconcileResult> {
    const { engine, events, log, objects, retries } = this.deps;
    const { finalizers, uid } = object.metadata ?? {};
    if (!finalizers?.includes(FINALIZER)) return this.release(key);
    if (this.released.has(key) && this.released.get(key) === uid) return { outcome: "done" };
    const pending = retries.pending(key, "removal");
    if (pending !== undefined) return { outcome: "retry", after: pending.delay };
    const resource = objects.resource(key);
    const stack = stackName(splitKey(key));
    try {
      await engine.destroy({ kind: resource.kind, stack, signal: this.deps.stopping });
    } catch (error) {
      if (this.deps.closing.aborted) return { outcome: "waiting" };
      const { reason, message } = runProblem(error);
      const problem = { reason, message: `cannot remove the resources of stack ${stack}: ${message}` };
      const after = retries.failed(key, "removal", problem);
      log.warn({ key, reason, retryInMs: Math.round(after), err: error }, "removal failed");
      events.record(resource, object, { type: "Warning", reason: "RemovalFailed", message: problem.message });
      const evaluation = evaluate(resource, object, this.deps.gateway);
      const last = this.lastRun(key, object);
      const failed: StackStatus = { ...last.stack, result: "Failed" };
      await this.writeStatus(key, object, evaluation, { ...last, problem, stack: failed });
      return { outcome: "retry", after };
    }
    events.record(resource, object, { type: "Normal", reason: "Removed", message: `stack ${stack} is gone` });
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
    this.deps.enqueue(this.deps.claims.remove(key));
    return { outcome: "done" };
  }

  /** Says why the object is not served as it asks, until it or something else changes. */
  private async wait(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Evaluation,
    outcome: Outcome,
  ): Promise<ReconcileResult> {
    const { events, log, objects } = this.deps;
    if (outcome.problem !== undefined && isNews(object, outcome.problem)) {
      events.record(objects.resource(key), object, { type: "Warning", ...outcome.problem });
      log.warn({ key, ...outcome.problem }, "not served as asked");
    }
    await this.writeStatus(key, object, evaluation, outcome);
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
    { api, hash, settings }: Evaluation,
    { problem, stack, uid }: Outcome,
  ): Promise<void> {
    const previous = object.status ?? {};
    const service = api?.implementation ?? readApplied(previous).implementation;
    const address = this.deps.address();
    const status = desiredStatus({
      previous,
      api,
      problem,
      stack,
      observedHash: hash,
      uid,
      publicUrl: api === undefined ? { unknown: "" } : publicUrl(api, settings.gateway, address),
      implementationReady:
        service !== undefined && this.deps.isReady(`${splitKey(key).namespace}/${service}`),
      policies: api === undefined ? [] : policiesOf(api, settings.gateway),
      now: new Date().toISOString(),
    });
    await this.deps.objects.writeStatus(key, object, status);
    this.unwritten.delete(object.metadata?.uid ?? "");
  }

  private lastRun(key: ObjectKey, { metadata, status }: ApiObject): LastRun {
    const unwritten = this.unwritten.get(metadata?.uid ?? "");
    const stack = readStack(status) ?? { name: stackName(splitKey(key)), gateway: this.deps.gateway.type };
    return unwritten ?? { stack, uid: readApplied(status).uid };
  }

  private programInput(
    key: ObjectKey,
    object: ApiObject,
    { api, settings }: { readonly api: ExposedApi; readonly settings: Evaluation["settings"] },
  ): ProgramInput {
    const { servedKind: kind, version } = this.deps.objects.resource(key);
    const { name = "", uid = "" } = object.metadata ?? {};
    return { api, settings, owner: { apiVersion: `${GROUP}/${version}`, kind, name, uid } };
  }
}

/** Whether the status does not speak of a problem yet. */
function isNews(object: ApiObject, { message }: Problem): boolean {
  const reconciled = findCondition(object.status?.["conditions"], "Reconciled");
  return reconciled?.message.startsWith(message) !== true;
}
