// Engine runs for objects, and what became of each.
import { GROUP } from "../spec";
import { declaredObjects, outputsOf, stackName, type Engine } from "../stack";
import { ApiRun, type RunSubject } from "./apiRun";
import { toldBackend } from "./backends";
import { withDrift } from "./drift/messages";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type MadeFor } from "./leftOvers";
import { LeftPlaces } from "./leftPlaces";
import { type StackStatus } from "./ownStatus";
import { type RunDependencies } from "./runDependencies";
import { removalProblem } from "./runMessages";
import {
  type DestroyOutcome,
  type Failed,
  type FailedRun,
  type Interrupted,
  type LastRun,
  type RunEnd,
  type Servable,
  type UpOutcome,
} from "./runOutcomes";
import { type Pending } from "./retries";
import { type Problem } from "./reasons";
import { placesOf } from "./toldPlaces";

/** Runs stacks for objects; keeps claims, retries and the detection of drift in step with what the runs do. */
export class StackRuns {
  private readonly underWay = new Set<ObjectKey>();

  private readonly left: LeftPlaces;

  constructor(private readonly deps: RunDependencies) {
    this.left = new LeftPlaces(deps);
  }

  /**
   * Brings the resources of an object in line with its spec.
   *
   * @param refresh whether somebody else may have changed them since the last run
   * @throws what the write of a status throws that a run begins with
   */
  async up(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Servable,
    last: LastRun,
    refresh: boolean,
  ): Promise<UpOutcome> {
    const { claims, drift, retries } = this.deps;
    const run = await this.run(
      { key, object, evaluation, last, madeFor: this.madeFor(key, object) },
      refresh,
    );
    if ("lacking" in run) {
      if (this.deps.closing.aborted) return { result: "interrupted" };
      this.deps.enqueue(claims.occupy(key, last.stack.routes ?? []));
      return { result: "waiting", problem: this.withDrift(run.lacking, evaluation, last) };
    }
    if ("problem" in run) return this.upFailed(key, run, evaluation, last);
    const { etags, outputs, overwritten } = run;
    retries.forget(key);
    drift.settle(outputs.versions);
    this.deps.enqueue(claims.settle(key, evaluation.routes));
    const told = await this.left.clear(key, this.madeFor(key, object), run.told);
    const stack: StackStatus = {
      ...applied(evaluation),
      lastRun: new Date().toISOString(),
      result: "Succeeded",
      ...(etags === undefined ? {} : { etags }),
      ...(told.length === 0 ? {} : { told }),
    };
    return {
      result: "succeeded",
      last: { uid: outputs.uid, stack, binding: outputs.binding },
      ...(overwritten === undefined ? {} : { overwritten }),
    };
  }

  /** What is there after a run that failed. */
  private upFailed(
    key: ObjectKey,
    run: FailedRun,
    evaluation: Servable,
    last: LastRun,
  ): (Failed & { readonly last: LastRun }) | Interrupted {
    const { api, hash, settings } = evaluation;
    const before = withoutNote(last.stack);
    // Where nothing but deletions failed, what is declared is there, and serves.
    const outputs = outputsOf(run.error);
    const reached = outputs === undefined ? {} : ({ result: "Succeeded", undeleted: true } as const);
    const stack: StackStatus = {
      ...(outputs === undefined ? before : applied(evaluation)),
      name: stackName(api),
      // What served before is deleted only after all else has succeeded.
      ...(outputs !== undefined || before.hash !== undefined ? {} : { gateway: settings.gateway.type }),
      // The run may have got as far as to occupy them.
      routes: [...new Set([...(last.stack.routes ?? []), ...evaluation.routes])],
      lastRun: new Date().toISOString(),
      result: "Failed",
      ...reached,
      ...run.note,
    };
    if (outputs !== undefined) this.deps.drift.settle(outputs.versions);
    const problem = run.begun ? run.problem : this.withDrift(run.problem, evaluation, last);
    const { binding, uid } = outputs ?? last;
    return this.failed(key, hash, problem, run.error, { last: { uid, binding, stack } });
  }

  private async run(subject: RunSubject, refresh: boolean): Promise<RunEnd> {
    this.underWay.add(subject.key);
    try {
      return await new ApiRun(this.deps, subject).perform(refresh);
    } finally {
      this.underWay.delete(subject.key);
    }
  }

  /** A problem that keeps an API from a run, and with it what somebody else did in the cluster since the last one. */
  private withDrift(problem: Problem, { api, hash, settings }: Servable, { stack }: LastRun): Problem {
    if (stack.hash !== hash) return problem;
    const changes = this.deps.drift.changes(declaredObjects(api, settings)) ?? [];
    return changes.length === 0 ? problem : withDrift(problem, changes);
  }

  /**
   * Of an API that is as its spec says: removes what runs that were cut off have left at places that it has left.
   * Where that cannot be done it is looked at again later; nothing is said of it, for the API is served.
   */
  async clear(key: ObjectKey, object: ApiObject, servable: Servable, last: LastRun): Promise<LastRun> {
    const { told: before = [], ...stack } = last.stack;
    if (before.length === 0) return last;
    const present = placesOf(servable);
    const left = before.filter((place) => !present.includes(place));
    const told = await this.left.clear(key, this.madeFor(key, object), left);
    return { ...last, stack: { ...stack, ...(told.length === 0 ? {} : { told }) } };
  }

  /**
   * Removes the resources of an object and its stack. That a gateway where it may be is away is known without a run.
   *
   * @param stack what the status says of it, where it says anything
   */
  destroy(key: ObjectKey, object: ApiObject, stack: StackStatus | undefined): Promise<DestroyOutcome> {
    const { foreign, stopping } = this.deps;
    const { api } = this.madeFor(key, object);
    return this.removing(key, stackName(api), async (engine) => {
      if (stack !== undefined) await foreign.beforeRemoval(stack, stopping);
      await engine.destroy({ kind: api.kind, stack: stackName(api), signal: stopping });
    });
  }

  /** After that: removes what runs have made at these places (see `placeOf`) and could not note. */
  removeLeftOvers(key: ObjectKey, object: ApiObject, places: readonly string[]): Promise<DestroyOutcome> {
    const { leftOvers, stopping } = this.deps;
    const made = this.madeFor(key, object);
    return this.removing(key, stackName(made.api), async () => {
      for (const place of places) await leftOvers.at(place, key, made, stopping);
    });
  }

  private async removing(
    key: ObjectKey,
    stack: string,
    work: (engine: Engine) => Promise<void>,
  ): Promise<DestroyOutcome> {
    this.underWay.add(key);
    try {
      await this.deps.engine.turn(work);
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

  private madeFor(key: ObjectKey, object: ApiObject): MadeFor {
    const { kind, servedKind, version } = this.deps.objects.resource(key);
    const { namespace, name } = splitKey(key);
    const { uid = "" } = object.metadata ?? {};
    return {
      api: { kind, namespace, name },
      owner: { apiVersion: `${GROUP}/${version}`, kind: servedKind, name, uid },
    };
  }
}

function withoutNote({ etags: _, told: __, ...stack }: StackStatus): StackStatus {
  return stack;
}

/** What the status says of an API whose resources are there. */
function applied({ api, awaits, hash, routes, settings }: Servable): StackStatus {
  const serving = settings.keep ?? settings;
  return {
    name: stackName(api),
    gateway: serving.gateway.type,
    hash,
    routes,
    ...(awaits?.untold === undefined ? {} : { awaits: awaits.untold }),
    ...toldBackend(api, serving),
  };
}

/** Stands for the hash of a removal: it is the same whatever the spec says. */
const REMOVAL = "removal";
