// One engine run for one object, and what became of it.
import { GROUP, type ExposedApi } from "../spec";
import { declaredObjects, stackName, type ApiInput, type Engine, type RunOutputs } from "../stack";
import { type ApiObjects } from "./apiObjects";
import { type DriftDetector } from "./drift/driftDetector";
import { type Evaluation } from "./evaluate";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { type StackStatus } from "./ownStatus";
import { type PlatformStack } from "./platformStack";
import { removalProblem, runProblem, type Problem } from "./reasons";
import { type Pending, type Retries } from "./retries";
import { type RouteClaims } from "./routeClaims";

/** What the runs work with. */
export interface RunDependencies {
  readonly objects: ApiObjects;
  readonly engine: Engine;
  readonly claims: RouteClaims;
  readonly retries: Retries;
  readonly drift: DriftDetector;
  readonly platform: PlatformStack;
  readonly log: Logger;
  /** Has other objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
  /** Aborted when the watcher begins to shut down: a run that fails from then on says nothing of the object. */
  readonly closing: AbortSignal;
  /** Aborted when runs under way must stop. */
  readonly stopping: AbortSignal;
}

/** What became of an object's stack. */
export interface LastRun {
  readonly stack: StackStatus;
  /** Id of the resource that stands for the API, once there is one. */
  readonly uid: string | undefined;
}

/** A valid object. */
export type Servable = Evaluation & { readonly api: ExposedApi };

/** A run that failed, and milliseconds until it is worth another try. */
interface Failed {
  readonly result: "failed";
  readonly problem: Problem;
  readonly retryAfter: number;
}

/** A run that was cut short by the end of the watcher: the next process finds the object as it was. */
interface Interrupted {
  readonly result: "interrupted";
}

/** A run that was not begun, for what it needs at the gateway is not there; the object is looked at again when it is. */
interface Waiting {
  readonly result: "waiting";
  readonly problem: Problem;
}

/** What a run gave, or why it failed, or was not begun. */
type RunEnd =
  | { readonly outputs: RunOutputs }
  | { readonly problem: Problem; readonly error: unknown }
  | { readonly lacking: Problem };

export type UpOutcome =
  | { readonly result: "succeeded"; readonly last: LastRun }
  | (Failed & { readonly last: LastRun })
  | Waiting
  | Interrupted;

export type DestroyOutcome = { readonly result: "succeeded" } | Failed | Interrupted;

/** Runs stacks for objects; keeps claims, retries and the detection of drift in step with what the runs do. */
export class StackRuns {
  private readonly underWay = new Set<ObjectKey>();

  constructor(private readonly deps: RunDependencies) {}

  /**
   * Brings the resources of an object in line with its spec.
   *
   * @param refresh whether somebody else may have changed them since the last run
   */
  async up(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Servable,
    last: LastRun,
    refresh: boolean,
  ): Promise<UpOutcome> {
    const { claims, drift, retries } = this.deps;
    const { api, hash, routes, settings } = evaluation;
    const before = { name: stackName(api), gateway: settings.gateway.type };
    const run = await this.run(key, object, evaluation, last, refresh);
    if ("lacking" in run) {
      if (this.deps.closing.aborted) return { result: "interrupted" };
      this.deps.enqueue(claims.occupy(key, last.stack.routes ?? []));
      return { result: "waiting", problem: run.lacking };
    }
    if ("problem" in run) {
      const stack: StackStatus = {
        ...last.stack,
        ...before,
        // The run may have got as far as to occupy them.
        routes: [...new Set([...(last.stack.routes ?? []), ...routes])],
        lastRun: new Date().toISOString(),
        result: "Failed",
      };
      return this.failed(key, hash, run.problem, run.error, { last: { ...last, stack } });
    }
    retries.forget(key);
    drift.settle(run.outputs.versions);
    this.deps.enqueue(claims.settle(key, routes));
    const stack: StackStatus = {
      ...before,
      hash,
      routes,
      lastRun: new Date().toISOString(),
      result: "Succeeded",
    };
    return { result: "succeeded", last: { uid: run.outputs.uid, stack } };
  }

  /** A run, once what it needs at the gateway is there. */
  private async run(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Servable,
    last: LastRun,
    refresh: boolean,
  ): Promise<RunEnd> {
    const { drift, engine, platform, stopping } = this.deps;
    const { api, settings } = evaluation;
    this.underWay.add(key);
    try {
      const lacking = await platform.ensure(key);
      if (lacking !== undefined) return { lacking };
      const force = drift.mustTake(declaredObjects(api, settings));
      const outputs = await engine.up(
        {
          kind: api.kind,
          stack: stackName(api),
          known: last.stack.lastRun !== undefined,
          input: {
            ...this.programInput(key, object, evaluation),
            ...(force ? { rewrittenAt: new Date().toISOString() } : {}),
          },
          signal: stopping,
        },
        { refresh, force },
      );
      return { outputs };
    } catch (error) {
      return { problem: runProblem(error), error };
    } finally {
      this.underWay.delete(key);
    }
  }

  /** Removes the resources of an object and its stack. */
  async destroy(key: ObjectKey): Promise<DestroyOutcome> {
    const { engine, objects, stopping } = this.deps;
    const stack = stackName(splitKey(key));
    this.underWay.add(key);
    try {
      await engine.destroy({ kind: objects.resource(key).kind, stack, signal: stopping });
    } catch (error) {
      return this.failed(key, REMOVAL, removalProblem(stack, error), error, {});
    } finally {
      this.underWay.delete(key);
    }
    return { result: "succeeded" };
  }

  /**
   * The resources of a deleted object are gone: it occupies no route, however long another finalizer keeps it. Its
   * claim stays, for by now it may be that of a new object of the same name.
   */
  release(key: ObjectKey): void {
    this.deps.retries.forget(key);
    this.deps.enqueue(this.deps.claims.settle(key, []));
  }

  /** Whether a run for an object is under way, or waits for its turn. */
  isUnderWay(key: ObjectKey): boolean {
    return this.underWay.has(key);
  }

  /** A failed removal that is not yet to be tried again, or undefined when it may run. */
  pendingRemoval(key: ObjectKey): Pending | undefined {
    return this.deps.retries.pending(key, REMOVAL);
  }

  private failed<Rest extends object>(
    key: ObjectKey,
    hash: string,
    problem: Problem,
    error: unknown,
    rest: Rest,
  ): (Failed & Rest) | Interrupted {
    if (this.deps.closing.aborted) return { result: "interrupted" };
    const retryAfter = this.deps.retries.failed(key, hash, problem);
    const context = { key, reason: problem.reason, retryInMs: Math.round(retryAfter), err: error };
    this.deps.log.warn(context, hash === REMOVAL ? "removal failed" : "engine run failed");
    return { ...rest, result: "failed", problem, retryAfter };
  }

  private programInput(key: ObjectKey, object: ApiObject, { api, settings }: Servable): ApiInput {
    const { servedKind: kind, version } = this.deps.objects.resource(key);
    const { name = "", uid = "" } = object.metadata ?? {};
    return { api, settings, owner: { apiVersion: `${GROUP}/${version}`, kind, name, uid } };
  }
}

/** Stands for the hash of a removal: it is the same whatever the spec says. */
const REMOVAL = "removal";
