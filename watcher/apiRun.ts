// One engine run for one API: what it needs, and in its turn what is looked at before, the note in the status, and the run.
import {
  declaredObjects,
  DocumentError,
  stackName,
  TransientError,
  type ApiInput,
  type Engine,
  type RunOutputs,
  type TransientReason,
} from "../stack";
import { type BeforeRun } from "./foreignChanges";
import { changedElsewhereProblem } from "./gatewayMessages";
import { type ApiObject, type ObjectKey } from "./kube/objects";
import { type MadeFor } from "./leftOvers";
import { type PlacedEtags, type StackStatus } from "./ownStatus";
import { type RunDependencies } from "./runDependencies";
import { runProblem, unservedKindError } from "./runMessages";
import { type LastRun, type RunEnd, type Servable } from "./runOutcomes";
import { placesOf } from "./toldPlaces";

/** What a run is for. */
export interface RunSubject {
  readonly key: ObjectKey;
  readonly object: ApiObject;
  readonly evaluation: Servable;
  readonly last: LastRun;
  readonly madeFor: MadeFor;
}

/** Failures of the cluster side, on which what a gateway is told depends: it was not told of anything new. */
const OF_CLUSTER: readonly TransientReason[] = [
  "CrdMissing",
  "FieldConflict",
  "Forbidden",
  "NamespaceMissing",
  "Rejected",
];

/** A status could not be written: a matter of the reconcile, not of the run. */
class StatusNotWritten extends Error {}

/** A run that is performed once. */
export class ApiRun {
  private readonly stack: StackStatus;
  /** What the status says of the gateway now. */
  private note: Pick<StackStatus, "etags" | "told">;
  private begun = false;

  constructor(
    private readonly deps: RunDependencies,
    private readonly subject: RunSubject,
  ) {
    this.stack = subject.last.stack;
    this.note = noteOf(this.stack);
  }

  /**
   * Brings the resources about, once what they need at the gateway and in the cluster is there.
   *
   * @param refresh whether somebody else may have changed them since the last run
   * @throws what the write of a status throws, where it failed: the run was not begun
   */
  async perform(refresh: boolean): Promise<RunEnd> {
    const { engine, platform } = this.deps;
    const { key, evaluation } = this.subject;
    try {
      const lacking = await platform.ensure(key);
      if (lacking !== undefined) return { lacking };
      const unserved = await this.deps.unservedKind(declaredObjects(evaluation.api, evaluation.settings));
      if (unserved !== undefined) throw unservedKindError(unserved);
      return await engine.turn((turn) => this.inTurn(turn, refresh));
    } catch (error) {
      if (error instanceof StatusNotWritten) throw error.cause;
      return { problem: runProblem(error), error, note: this.note, begun: this.begun };
    }
  }

  private async inTurn(engine: Engine, refresh: boolean): Promise<RunEnd> {
    const { foreign, stopping } = this.deps;
    const { key, evaluation } = this.subject;
    const { api, awaits, settings } = evaluation;
    // A gateway that cannot be told of the API yet has nothing of it: whether it answers is of no matter.
    const isTold = awaits?.untold === undefined;
    const before = isTold
      ? await foreign.before(api, settings.gateway, this.stack, stopping)
      : { overwrites: false };
    const { change, overwrites }: BeforeRun = before;
    if (change !== undefined && !overwrites) return { lacking: changedElsewhereProblem(change) };
    const input = await this.programInput();
    await this.begin();
    const outputs = await this.engineRun(engine, input, refresh || overwrites, before);
    const etags = isTold ? await foreign.after(key, api, settings.gateway, stopping) : undefined;
    const { told = [] } = this.note;
    return {
      outputs,
      told: told.filter((place) => !placesOf(evaluation).includes(place)),
      ...(etags === undefined ? {} : { etags }),
      ...(change === undefined ? {} : { overwritten: change }),
    };
  }

  /**
   * Notes in the status where the engine is about to tell of the API. The tags go: a run that is cut off is not taken for
   * somebody else's change. Behind gateways of which the cluster has everything there is nothing to note.
   */
  private async begin(): Promise<void> {
    const { key, object, evaluation } = this.subject;
    const { etags, told: earlier = [], ...stack } = this.stack;
    const told = [
      ...new Set([...earlier, ...(etags === undefined ? [] : [etags.of]), ...placesOf(evaluation)]),
    ];
    this.note = told.length === 0 ? {} : { told };
    if (told.length > 0) {
      try {
        await this.deps.begins(key, object, evaluation, { ...stack, told });
      } catch (error) {
        throw new StatusNotWritten("the status was not written", { cause: error });
      }
    }
    this.begun = true;
  }

  private async engineRun(
    engine: Engine,
    input: ApiInput,
    refresh: boolean,
    before: BeforeRun,
  ): Promise<RunOutputs> {
    const { drift, leftOvers, stopping } = this.deps;
    const { key, last, madeFor } = this.subject;
    const { api, settings } = input;
    const force = drift.mustTake(declaredObjects(api, settings));
    const rewrittenAt = force ? { rewrittenAt: new Date().toISOString() } : {};
    const run = {
      kind: api.kind,
      stack: stackName(api),
      known: last.stack.lastRun !== undefined,
      input: { ...input, ...rewrittenAt },
      signal: stopping,
    };
    try {
      return await engine.up(run, { refresh, force });
    } catch (error) {
      await leftOvers.afterFailure(key, madeFor, settings.gateway, error, stopping);
      this.note = { ...this.note, ...(await this.untouched(error, before)) };
      throw error;
    }
  }

  /** The tags of the last run, where one that has failed has changed nothing that they are of. */
  private async untouched(error: unknown, { etags: before }: BeforeRun): Promise<{ etags?: PlacedEtags }> {
    const { etags } = this.stack;
    const isOfCluster = error instanceof TransientError && OF_CLUSTER.includes(error.reason);
    if (!isOfCluster || etags === undefined || before?.of !== etags.of) return {};
    const { foreign, stopping } = this.deps;
    const { key, evaluation } = this.subject;
    const after = await foreign.after(key, evaluation.api, evaluation.settings.gateway, stopping);
    return after?.api === before.api && after?.policy === before.policy ? { etags } : {};
  }

  private async programInput(): Promise<ApiInput> {
    const { evaluation, madeFor } = this.subject;
    const { api, settings } = evaluation;
    const ref = settings.context?.document;
    const document = ref === undefined ? undefined : await this.textOf(ref.digest);
    return { api, settings, owner: madeFor.owner, ...(document === undefined ? {} : { document }) };
  }

  /** @throws DocumentError where it was lost: it is read again by itself */
  private async textOf(digest: string): Promise<string> {
    try {
      return await this.deps.documents.text(digest);
    } catch {
      throw new DocumentError("DocumentUnavailable", "the document was lost, and is about to be read again");
    }
  }
}

function noteOf({ etags, told }: StackStatus): Pick<StackStatus, "etags" | "told"> {
  return { ...(etags === undefined ? {} : { etags }), ...(told === undefined ? {} : { told }) };
}
