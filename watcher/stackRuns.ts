// One engine run for one object, and what became of it.
import { type GatewaySettings, type OwnedObject } from "../components";
import { GROUP } from "../spec";
import {
  declaredObjects,
  DocumentError,
  stackName,
  type ApiInput,
  type Engine,
  type RunOutputs,
} from "../stack";
import { type ApiObjects } from "./apiObjects";
import { toldBackend } from "./backends";
import { type DriftDetector } from "./drift/driftDetector";
import { type ApiDocuments } from "./evaluator";
import { type ForeignChanges } from "./foreignChanges";
import { changedElsewhereProblem } from "./gatewayMessages";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type LeftOverEntities, type MadeFor } from "./leftOvers";
import { type Logger } from "./logger";
import { type StackStatus } from "./ownStatus";
import { type PlatformStacks } from "./platformStacks";
import { removalProblem, runProblem, unservedKindError } from "./runMessages";
import {
  type DestroyOutcome,
  type Failed,
  type Interrupted,
  type LastRun,
  type RunEnd,
  type Servable,
  type UpOutcome,
} from "./runOutcomes";
import { type Pending, type Retries } from "./retries";
import { type RouteClaims } from "./routeClaims";
import { type Problem } from "./reasons";

/** What the runs work with. */
export interface RunDependencies {
  readonly objects: ApiObjects;
  readonly engine: Engine;
  readonly claims: RouteClaims;
  readonly retries: Retries;
  readonly drift: DriftDetector;
  readonly platform: PlatformStacks;
  readonly foreign: ForeignChanges;
  readonly leftOvers: LeftOverEntities;
  /** Where the texts of documents are. */
  readonly documents: Pick<ApiDocuments, "text">;
  /** A kind of these objects that the cluster does not serve, as `Kind of group/version`; undefined where it does, or it cannot be told. */
  readonly unservedKind: (objects: readonly OwnedObject[]) => Promise<string | undefined>;
  /** Tells in the status of an object that a run is under way, where that says something of the gateway. */
  readonly begins: (key: ObjectKey, object: ApiObject, evaluation: Servable) => Promise<void>;
  readonly log: Logger;
  /** Has other objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
  /** Aborted when the watcher begins to shut down: a run that fails from then on says nothing of the object. */
  readonly closing: AbortSignal;
  /** Aborted when runs under way must stop. */
  readonly stopping: AbortSignal;
}

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
    const { api, awaits, hash, routes, settings } = evaluation;
    const run = await this.run(key, object, evaluation, last, refresh);
    if ("lacking" in run) {
      if (this.deps.closing.aborted) return { result: "interrupted" };
      this.deps.enqueue(claims.occupy(key, last.stack.routes ?? []));
      return { result: "waiting", problem: run.lacking };
    }
    const name = stackName(api);
    const lastRun = new Date().toISOString();
    if ("problem" in run) {
      const stack: StackStatus = {
        ...withoutEtags(last.stack),
        name,
        // What served before is deleted only after all else has succeeded.
        gateway: last.stack.hash === undefined ? settings.gateway.type : last.stack.gateway,
        // The run may have got as far as to occupy them.
        routes: [...new Set([...(last.stack.routes ?? []), ...routes])],
        lastRun,
        result: "Failed",
        ...(run.etags === undefined ? {} : { etags: run.etags }),
      };
      return this.failed(key, hash, run.problem, run.error, { last: { ...last, stack } });
    }
    const { etags, outputs, overwritten } = run;
    retries.forget(key);
    drift.settle(outputs.versions);
    this.deps.enqueue(claims.settle(key, routes));
    const stack: StackStatus = {
      name,
      gateway: (settings.keep ?? settings).gateway.type,
      hash,
      routes,
      lastRun,
      result: "Succeeded",
      ...(awaits?.untold === undefined ? {} : { awaits: awaits.untold }),
      ...toldBackend(api, settings.keep ?? settings),
      ...(etags === undefined ? {} : { etags }),
    };
    return {
      result: "succeeded",
      last: { uid: outputs.uid, stack, binding: outputs.binding },
      ...(overwritten === undefined ? {} : { overwritten }),
    };
  }

  /** A run, once what it needs at the gateway and in the cluster is there. */
  private async run(
    key: ObjectKey,
    object: ApiObject,
    evaluation: Servable,
    last: LastRun,
    refresh: boolean,
  ): Promise<RunEnd> {
    const { foreign, platform, stopping } = this.deps;
    const { api, settings } = evaluation;
    this.underWay.add(key);
    // Until the engine is asked, nothing at the gateway is this run's doing.
    let known = last.stack.etags;
    try {
      const lacking = await platform.ensure(key);
      if (lacking !== undefined) return { lacking };
      const unserved = await this.deps.unservedKind(declaredObjects(api, settings));
      if (unserved !== undefined) throw unservedKindError(unserved);
      const { change, overwrites } = await foreign.before(api, settings.gateway, last.stack, stopping);
      if (change !== undefined && !overwrites) return { lacking: changedElsewhereProblem(change) };
      const input = await this.programInput(key, object, evaluation);
      if (known !== undefined) await this.deps.begins(key, object, evaluation);
      known = undefined;
      const isKnown = last.stack.lastRun !== undefined;
      const outputs = await this.engineRun(key, object, input, isKnown, refresh || overwrites);
      const etags = await foreign.after(key, api, settings.gateway, stopping);
      return {
        outputs,
        ...(etags === undefined ? {} : { etags }),
        ...(change === undefined ? {} : { overwritten: change }),
      };
    } catch (error) {
      return { problem: runProblem(error), error, ...(known === undefined ? {} : { etags: known }) };
    } finally {
      this.underWay.delete(key);
    }
  }

  private async engineRun(
    key: ObjectKey,
    object: ApiObject,
    input: ApiInput,
    known: boolean,
    refresh: boolean,
  ): Promise<RunOutputs> {
    const { drift, engine, stopping } = this.deps;
    const { api, settings } = input;
    const force = drift.mustTake(declaredObjects(api, settings));
    const rewrittenAt = force ? { rewrittenAt: new Date().toISOString() } : {};
    const { kind } = api;
    const stack = stackName(api);
    try {
      return await engine.up(
        { kind, stack, known, input: { ...input, ...rewrittenAt }, signal: stopping },
        { refresh, force },
      );
    } catch (error) {
      const made = this.madeFor(key, object);
      await this.deps.leftOvers.afterFailure(key, made, settings.gateway, error, stopping);
      throw error;
    }
  }

  /**
   * Removes the resources of an object and its stack.
   *
   * @param gateway settings of its gateway, where they are known: that it is away is then known without a run
   */
  destroy(key: ObjectKey, object: ApiObject, gateway: GatewaySettings | undefined): Promise<DestroyOutcome> {
    const { engine, foreign, stopping } = this.deps;
    const { api } = this.madeFor(key, object);
    return this.removing(key, stackName(api), async () => {
      await foreign.beforeRemoval(api, gateway, stopping);
      await engine.destroy({ kind: api.kind, stack: stackName(api), signal: stopping });
    });
  }

  /** After that: removes what runs have made at a gateway and could not note. */
  removeLeftOvers(key: ObjectKey, object: ApiObject, gateway: GatewaySettings): Promise<DestroyOutcome> {
    const { leftOvers, stopping } = this.deps;
    const made = this.madeFor(key, object);
    return this.removing(key, stackName(made.api), () =>
      leftOvers.afterRemoval(key, made, gateway, stopping),
    );
  }

  private async removing(key: ObjectKey, stack: string, work: () => Promise<void>): Promise<DestroyOutcome> {
    this.underWay.add(key);
    try {
      await work();
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

  private async programInput(
    key: ObjectKey,
    object: ApiObject,
    { api, settings }: Servable,
  ): Promise<ApiInput> {
    const ref = settings.context?.document;
    const document = ref === undefined ? undefined : await this.textOf(ref.digest);
    const { owner } = this.madeFor(key, object);
    return { api, settings, owner, ...(document === undefined ? {} : { document }) };
  }

  /** @throws DocumentError where it was lost: it is read again by itself */
  private async textOf(digest: string): Promise<string> {
    try {
      return await this.deps.documents.text(digest);
    } catch {
      throw new DocumentError("DocumentUnavailable", "the document was lost, and is about to be read again");
    }
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

function withoutEtags({ etags: _, ...stack }: StackStatus): StackStatus {
  return stack;
}

/** Stands for the hash of a removal: it is the same whatever the spec says. */
const REMOVAL = "removal";
