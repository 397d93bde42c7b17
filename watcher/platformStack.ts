// The stack of what all APIs share at one gateway: brought about before the first API that needs it, and kept as it is.
import { needsPlatform, platformObjects, type GatewaySettings, type OwnedObject } from "../components";
import { type ExposedApi } from "../spec";
import { platformStackName, projectName } from "../stack";
import { type DeclaredIndex } from "./declaredIndex";
import { type Change } from "./drift/change";
import { type CorrectionPace } from "./drift/correctionPace";
import { type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { driftProblem, recurringDriftProblem } from "./drift/messages";
import { runPlatform, type PlatformRunDependencies } from "./platformRun";
import { type ReconcileResult } from "./reconcileResult";
import { type Retries } from "./retries";
import { type Problem } from "./reasons";

/** Stands for the platform resources of a gateway in the queue and the indexes, where else is an API. */
export function platformKey(gateway: GatewaySettings["type"]): ObjectKey {
  return `platform/${platformStackName(gateway)}`;
}

/** Stands for the hash of the program: with other settings the resources are outdated. */
const HASH = "platform";

/** What the stack works with. */
export interface PlatformDependencies extends PlatformRunDependencies {
  readonly gateway: GatewaySettings;
  readonly declared: DeclaredIndex;
  readonly retries: Retries;
  readonly pace: CorrectionPace;
  /** Called when changes of the resources are corrected, or newly reported. */
  readonly onDrift: (action: "corrected" | "reported") => void;
  readonly log: Logger;
  /** Has the kinds of these objects followed where they are. */
  readonly follow: (objects: readonly OwnedObject[]) => void;
  /** Has objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
  /** Aborted when the watcher begins to shut down: a run that fails from then on says nothing of the resources. */
  readonly closing: AbortSignal;
}

/** Brings about the platform resources for the APIs that need them. Where none does, it only changes what is outdated. */
export class PlatformStack {
  readonly key: ObjectKey;
  private readonly stack: string;
  private gateway: GatewaySettings;
  private objects: readonly OwnedObject[];
  private readonly users = new Set<ObjectKey>();
  /** Whether a run has left them as they should be: one of this process, or of one before. */
  private left = false;
  /** Whether a run of this process has. */
  private applied = false;
  /** Whether they are as other settings had them, or some of these are left: those of an earlier process, or of this one. */
  private isOutdated = false;
  /** Whether the last run has failed. */
  private hasFailed = false;
  private problem: Problem | undefined;
  private underWay: Promise<void> | undefined;

  constructor(private readonly deps: PlatformDependencies) {
    this.gateway = deps.gateway;
    this.key = platformKey(deps.gateway.type);
    this.stack = platformStackName(deps.gateway.type);
    this.objects = platformObjects(deps.gateway);
  }

  /** The settings of the gateway have become others: the resources follow, where any API needs them. */
  settingsChanged(gateway: GatewaySettings): void {
    this.gateway = gateway;
    this.objects = platformObjects(gateway);
    this.applied = false;
    if (this.users.size > 0) this.outdated();
  }

  /** Takes in what an API asks for now. */
  looked(key: ObjectKey, api: ExposedApi): void {
    if (!needsPlatform(api, this.gateway)) {
      this.users.delete(key);
      return;
    }
    if (this.users.size === 0) this.followObjects();
    this.users.add(key);
  }

  /** Whether an API needs them. */
  isNeededBy(key: ObjectKey): boolean {
    return this.users.has(key);
  }

  /** The resources are there, and not as the settings have them: they are changed whether an API needs them or not. */
  outdated(): void {
    this.isOutdated = true;
    this.followObjects();
    this.deps.enqueue([this.key]);
  }

  /** An API is gone, or behind another gateway. */
  forget(key: ObjectKey): void {
    this.users.delete(key);
  }

  /** An API's own resources are as its last run left them. Returns what is wrong with those of the platform that it needs. */
  confirm(key: ObjectKey): Problem | undefined {
    if (!this.users.has(key)) return undefined;
    if (!this.left) {
      // Without them its last run would not have come to an end.
      this.left = true;
      // Of what is at a gateway outside the cluster no cache tells how it was left.
      this.isOutdated ||= this.gateway.type !== "istio";
      this.deps.enqueue([this.key]);
    }
    return this.problem;
  }

  /** Before a run of an API: brings about what it needs. Returns why that is not so. */
  async ensure(key: ObjectKey): Promise<Problem | undefined> {
    if (!this.users.has(key)) return undefined;
    const isReady = this.applied && (this.problem === undefined || this.isUndeleted);
    if ((!isReady || this.changes().length > 0) && !this.isLeftAlone()) await this.attempt();
    // That is told, and keeps no API from its own resources: only their runs may make a deletion possible.
    return this.problem?.reason === "Drifted" || this.isUndeleted ? undefined : this.problem;
  }

  /** Its turn in the queue: puts back what somebody changed, tries again what has failed. */
  async reconcile(): Promise<ReconcileResult> {
    const { drift, pace } = this.deps;
    if (this.isOutdated) return this.tryAgain();
    // The first API that needs them sees to it; until a run has left them only a failed try is repeated.
    if (this.users.size === 0) return { outcome: "done" };
    if (!this.left) return this.problem === undefined ? { outcome: "done" } : this.tryAgain();
    const changes = drift.changes(this.objects);
    if (changes === undefined) return { outcome: "done", after: drift.recheckAfter };
    if (changes.length === 0) {
      // It was changed back.
      if (this.problem?.reason === "Drifted") this.found(undefined);
      return this.problem === undefined ? { outcome: "done" } : this.tryAgain();
    }
    if (drift.mode === "report") return this.report(changes);
    const after = pace.delay(this.key);
    if (after > 0) {
      this.found(recurringDriftProblem(changes));
      return { outcome: "retry", after };
    }
    const result = await this.tryAgain();
    if (this.problem === undefined) this.tellOfCorrection(changes);
    return result;
  }

  /** Its stack, as the Pulumi CLI names it within the organization. */
  private get name(): string {
    return `${projectName("Platform")}/${this.stack}`;
  }

  private followObjects(): void {
    this.deps.follow(this.objects);
    this.deps.declared.set(this.key, this.objects);
  }

  private changes(): readonly Change[] {
    return this.deps.drift.changes(this.objects) ?? [];
  }

  /** Whether somebody has changed them, and they are to be left so, or for a while. */
  private isLeftAlone(): boolean {
    if (this.problem?.reason === "Drifted") return true;
    return this.deps.drift.mode === "report" && this.left && this.changes().length > 0;
  }

  private async tryAgain(): Promise<ReconcileResult> {
    await this.attempt();
    const pending = this.deps.retries.pending(this.key, HASH);
    return pending === undefined ? { outcome: "done" } : { outcome: "retry", after: pending.delay };
  }

  private report(changes: readonly Change[]): ReconcileResult {
    const { log, onDrift } = this.deps;
    const problem = driftProblem(changes);
    if (this.problem?.message !== problem.message) {
      onDrift("reported");
      log.warn({ key: this.key, changes }, "drift detected");
      this.found(problem);
    }
    return { outcome: "waiting" };
  }

  private tellOfCorrection(changes: readonly Change[]): void {
    const { log, onDrift, pace } = this.deps;
    pace.corrected(this.key);
    onDrift("corrected");
    log.warn({ key: this.key, stack: this.name, changes }, "drift corrected");
  }

  /** Whether all that the settings name is there, and something that they do not name any more. */
  private get isUndeleted(): boolean {
    return this.applied && this.isOutdated && this.problem !== undefined;
  }

  /** One run, whoever asks for it meanwhile; none before a failed one may be repeated. */
  private attempt(): Promise<void> {
    if (this.deps.retries.pending(this.key, HASH) !== undefined) return Promise.resolve();
    this.underWay ??= this.run().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private async run(): Promise<void> {
    const { gateway, stack, objects, applied: known, left } = this;
    // A service that is not the gateway any more may never answer again: only what is to be deleted waits for it.
    const refresh = gateway.type === "istio" || !this.hasFailed;
    const end = await runPlatform(this.deps, { gateway, stack, objects, known, left, refresh });
    this.hasFailed = end.result === "failed" || end.result === "undeleted";
    if (end.result === "failed") {
      this.failed(end.problem, end.error);
      return;
    }
    this.left = true;
    if (end.result === "changed") {
      this.isOutdated = false;
      this.report(end.changes);
      return;
    }
    // Meanwhile there may be other settings.
    this.applied = gateway === this.gateway;
    this.isOutdated = !this.applied || end.result === "undeleted";
    if (end.result === "undeleted") {
      this.failed(end.problem, end.error);
      return;
    }
    this.deps.retries.forget(this.key);
    this.deps.log.info({ key: this.key, stack: this.name }, "applied");
    this.found(undefined);
  }

  private failed(problem: Problem, error: unknown): void {
    const { closing, enqueue, log, retries } = this.deps;
    if (closing.aborted) return;
    const delay = retries.failed(this.key, HASH, problem);
    const context = { key: this.key, reason: problem.reason, retryInMs: Math.round(delay) };
    log.warn({ ...context, err: error ?? new Error(problem.message) }, "engine run failed");
    this.found(problem);
    enqueue([this.key]);
  }

  /** Tells every API that needs them what has become of them. Those that waited run at once. */
  private found(problem: Problem | undefined): void {
    if (problem?.message === this.problem?.message) return;
    this.problem = problem;
    if (problem === undefined) for (const key of this.users) this.deps.retries.hurry(key);
    this.deps.enqueue([...this.users]);
  }
}
