import { mock } from "node:test";
import { defaultIstioSettings, objectId, type GatewayAddress } from "../../components";
import { noRules } from "../../spec";
import {
  TransientError,
  type ApimService,
  type Engine,
  type EntityEtags,
  type StackRun,
  type StackTarget,
} from "../../stack";
import { ApiObjects } from "../../watcher/apiObjects";
import { type Condition, type ConditionType } from "../../watcher/conditions";
import { DeclaredIndex } from "../../watcher/declaredIndex";
import { CorrectionPace } from "../../watcher/drift/correctionPace";
import { DriftDetector, type DriftMode } from "../../watcher/drift/driftDetector";
import { type LiveObject } from "../../watcher/drift/liveObject";
import { claimOf, evaluate, type Evaluation, type PlatformSettings } from "../../watcher/evaluate";
import { EventRecorder, type ObjectEvent } from "../../watcher/events";
import { type Around } from "../../watcher/exposure";
import { ForeignChanges } from "../../watcher/foreignChanges";
import { GatewayCatalog } from "../../watcher/gatewayCatalog";
import { gatewayAddressProblem } from "../../watcher/gatewayMessages";
import { createClients } from "../../watcher/kube/client";
import { type ApiObject, type ObjectKey } from "../../watcher/kube/objects";
import { LeftOverEntities } from "../../watcher/leftOvers";
import { Limiter } from "../../watcher/limiter";
import { createLogger } from "../../watcher/logger";
import { PlatformStacks } from "../../watcher/platformStacks";
import { type ReconcileResult } from "../../watcher/reconcileResult";
import { Reconciler } from "../../watcher/reconciler";
import { Removal } from "../../watcher/removal";
import { Retries } from "../../watcher/retries";
import { type Claim, RouteClaims } from "../../watcher/routeClaims";
import { StackRuns } from "../../watcher/stackRuns";
import { StatusWriter } from "../../watcher/statusWriter";
import { KubernetesServer } from "../support/kubernetesServer";
import { type Json, resource } from "../spec/examples";
import { exposedApis } from "./examples";
import { StubEngine } from "./stubEngine";

/** What the platform team decided. */
export const platform: PlatformSettings & { readonly gateways: GatewayCatalog } = {
  gateways: new GatewayCatalog({ default: "istio", istio: defaultIstioSettings }),
  monitoring: "ServiceMonitor",
  rules: noRules,
};

const PATH = "/apis/oda.tmforum.org/v1/namespaces/components/exposedapis";

/** A reconciler with everything it works with: a cluster, an engine, what the informers would know. */
export class World {
  readonly engine = new StubEngine();
  readonly claims = new RouteClaims();
  readonly closing = new AbortController();
  /** Objects that were put back into the queue. */
  readonly enqueued: ObjectKey[] = [];
  /** Events as `name reason: message`. */
  readonly events: string[] = [];
  /** What was done about drift. */
  readonly drifts: string[] = [];
  address: GatewayAddress | undefined = { host: "10.0.0.1" };
  ready = true;
  /** What is around each API behind a gateway outside the cluster. */
  around: Around = {};
  /** Entity tags in Azure, and reads of them. */
  tags: EntityEtags | Error = {};
  tagReads = 0;
  /** Where they were read last, as `service/API`. */
  tagsReadAt: string | undefined;
  /** Reads of texts of documents. */
  textReads = 0;
  /** Runs that take place at a time. */
  limiter = new Limiter(Infinity);
  /** Removals that Azure was asked for: the mark, and the entities; and what it says to them. */
  readonly removals: string[] = [];
  removalError: Error | undefined;
  /** A kind that the cluster does not serve. */
  unserved: string | undefined;
  /** Live objects by `Kind/name`: null for one that does not exist; nothing is known of the others. */
  readonly live = new Map<string, LiveObject | null>();
  /** Objects whose kinds are to be followed. */
  readonly followed: string[] = [];
  readonly platform: PlatformStacks;
  private readonly reconciler: Reconciler;

  private constructor(
    readonly server: KubernetesServer,
    driftMode: DriftMode,
    private readonly gateways: GatewayCatalog,
  ) {
    const clients = createClients(server.kubeConfig);
    const log = createLogger("error");
    mock.method(log, "warn", () => undefined);
    const events = new EventRecorder(clients, log);
    mock.method(events, "record", (_: unknown, object: ApiObject, event: ObjectEvent) => {
      this.events.push(`${object.metadata?.name ?? ""} ${event.reason}: ${event.message}`);
    });
    const shared = {
      objects: new ApiObjects(clients, [exposedApis], (key) => this.object(nameOf(key)), noop),
      claims: this.claims,
      retries: new Retries(),
      drift: new DriftDetector((kind, _namespace, name) => this.live.get(`${kind}/${name}`), driftMode),
      log,
      enqueue: (keys: readonly ObjectKey[]) => this.enqueued.push(...keys),
    };
    const pace = new CorrectionPace();
    const pacing = { pace, onDrift: (action: "corrected" | "reported") => this.drifts.push(action) };
    const stopping = { closing: this.closing.signal, stopping: new AbortController().signal };
    this.platform = new PlatformStacks({
      ...shared,
      ...pacing,
      ...stopping,
      engine: this.engine,
      declared: new DeclaredIndex(),
      namespaceExists: () => Promise.resolve(true),
      unservedKind: () => Promise.resolve(undefined),
      follow: (objects) => this.followed.push(...objects.map(objectId)),
    });
    const settingsOf: GatewayCatalog["find"] = (name) => gateways.find(name);
    const status = new StatusWriter({
      objects: shared.objects,
      events,
      addresses: {
        of: ({ type }) => (type === "istio" ? this.address : undefined),
        problem: () => gatewayAddressProblem(undefined, []),
      },
      settingsOf,
      isReady: (service) => this.ready && service === "components/r1-prodcatapi",
      serviceExists: (service) => service === "components/r1-prodcatapi",
      portsOf: () => [],
      isRouteGone: (key) => this.live.get(`VirtualService/${nameOf(key)}`) === null,
      overlaps: (key) => this.claims.overlaps.overlaps(key),
    });
    const runs = new StackRuns({
      ...shared,
      ...stopping,
      engine: { turn: (work) => this.inTurn(work) },
      platform: this.platform,
      foreign: new ForeignChanges({ read: (service, apiId) => this.readTags(service, apiId) }, log),
      leftOvers: new LeftOverEntities(
        { remove: (service, ids, mark) => this.removeEntities(service, ids, mark) },
        log,
      ),
      documents: {
        text: (digest) => {
          this.textReads += 1;
          return digest === "lost" ? Promise.reject(new Error("lost")) : Promise.resolve(`text of ${digest}`);
        },
      },
      unservedKind: () => Promise.resolve(this.unserved),
      begins: (...run) => status.begins(...run),
    });
    const look = (_key: ObjectKey, object: ApiObject): Evaluation => this.evaluate(object);
    this.reconciler = new Reconciler({
      ...shared,
      runs,
      status,
      removal: new Removal({ ...shared, runs, status, events, evaluate: look }),
      ...pacing,
      platform: this.platform,
      events,
      evaluate: look,
      forget: noop,
    });
  }

  static async start(driftMode: DriftMode = "correct", gateways = platform.gateways): Promise<World> {
    return new World(await KubernetesServer.start(), driftMode, gateways);
  }

  stop(): Promise<void> {
    mock.restoreAll();
    return this.server.close();
  }

  /** Creates an API object. */
  create(name: string, changes: Json = {}, metadata: Json = {}): void {
    const object = resource(changes, { name, uid: `uid-${name}`, ...metadata });
    this.server.put(PATH, object);
    this.noticed(name);
  }

  /** Changes the spec of an API object. */
  change(name: string, changes: Json): void {
    const object = this.object(name);
    this.server.put(PATH, { ...object, spec: { ...(object?.spec as object), ...changes } });
    this.noticed(name);
  }

  /** Has an API object as it is given. */
  put(object: ApiObject): void {
    this.server.put(PATH, object);
    this.noticed(object.metadata?.name ?? "");
  }

  /** Gives an API object just these annotations. */
  annotate(name: string, annotations: Record<string, string>): void {
    const object = this.object(name);
    this.put({ ...object, metadata: Object.assign({}, object?.metadata, { annotations }) });
  }

  /** Has an API object deleted, as `kubectl delete` does. */
  delete(name: string): void {
    this.server.delete(PATH, this.object(name) ?? {});
    this.noticed(name);
  }

  /** Has somebody write the status of an API object. */
  setStatus(name: string, status: Json): void {
    this.server.put(PATH, { ...this.object(name), status });
    this.noticed(name);
  }

  /** Has somebody else keep an API object with a finalizer. */
  keep(name: string, finalizer: string): void {
    this.finalize(name, [...(this.object(name)?.metadata?.finalizers ?? []), finalizer]);
  }

  /** Takes every finalizer of an API object away. */
  strip(name: string): void {
    this.finalize(name, []);
  }

  /** What an object says of its routes, as a process reads it that has just started. */
  claim(name: string): Claim {
    const object = this.object(name) ?? {};
    return claimOf(object, this.evaluate(object));
  }

  private evaluate(object: ApiObject): Evaluation {
    const settings = { ...platform, gateways: this.gateways };
    return evaluate(exposedApis, object, settings, undefined, (_, { type }) =>
      type === "istio" ? {} : this.around,
    );
  }

  private inTurn<Result>(work: (engine: Engine) => Promise<Result>): Promise<Result> {
    return this.limiter.run(() => {
      if (this.closing.signal.aborted) throw new TransientError("EngineStopped", "the watcher is stopping");
      return work(this.engine);
    });
  }

  private removeEntities(
    { serviceName }: ApimService,
    ids: readonly string[],
    mark: string,
  ): Promise<readonly string[]> {
    if (this.removalError !== undefined) return Promise.reject(this.removalError);
    this.removals.push(`${mark} at ${serviceName}: ${ids.join(", ")}`);
    return Promise.resolve(ids);
  }

  private readTags({ serviceName }: ApimService, apiId: string): Promise<EntityEtags> {
    this.tagReads += 1;
    this.tagsReadAt = `${serviceName}/${apiId}`;
    return this.tags instanceof Error ? Promise.reject(this.tags) : Promise.resolve(this.tags);
  }

  object(name: string): ApiObject | undefined {
    return this.server.get(PATH, "components", name) as ApiObject | undefined;
  }

  /** Works on one object, after which the informer has seen what was written. */
  async reconcile(name: string): Promise<ReconcileResult> {
    const result = await this.reconcileAlone(name);
    this.noticed(name);
    return result;
  }

  /** Tells what has changed around an object whose run is under way. */
  tellDuringRun(name: string): Promise<void> {
    return this.reconciler.tellDuringRun(keyOf(name));
  }

  /** Works on one object; the informer is yet to see what was written. */
  reconcileAlone(name: string): Promise<ReconcileResult> {
    return this.reconciler.reconcile(keyOf(name));
  }

  /** A field of an object's status. */
  status(name: string, field: string): Json | undefined {
    return this.object(name)?.status?.[field] as Json | undefined;
  }

  /** A condition of an object as `status reason`. */
  condition(name: string, type: ConditionType): string | undefined {
    const conditions = this.object(name)?.status?.["conditions"] as readonly Condition[] | undefined;
    const found = conditions?.find((condition) => condition.type === type);
    return found && `${found.status} ${found.reason}`;
  }

  message(name: string, type: ConditionType): string | undefined {
    const conditions = this.object(name)?.status?.["conditions"] as readonly Condition[] | undefined;
    return conditions?.find((condition) => condition.type === type)?.message;
  }

  /** As {@link runs}, of APIs alone. */
  get apiRuns(): readonly string[] {
    return this.runs.filter((run) => run.includes("."));
  }

  /** Engine runs so far as `operation stack`. */
  get runs(): readonly string[] {
    return this.engine.asked.map(
      ([operation, target]) => `${String(operation)} ${(target as StackTarget).stack}`,
    );
  }

  /** Runs so far that brought the resources of an API about. */
  runsOf(name: string): number {
    return this.runs.filter((run) => run === `up components.${name}`).length;
  }

  get lastRun(): StackRun {
    return this.engine.asked.at(-1)?.[1] as StackRun;
  }

  /** Writes to the cluster so far. */
  get writes(): number {
    return this.server.bodies.length;
  }

  private finalize(name: string, finalizers: string[]): void {
    const object = this.object(name);
    this.server.put(PATH, { ...object, metadata: Object.assign({}, object?.metadata, { finalizers }) });
    this.noticed(name);
  }

  /** What the controller does when an informer tells of an object. */
  noticed(name: string): void {
    if (this.object(name) !== undefined) this.claims.set(keyOf(name), this.claim(name));
  }
}

export function keyOf(name: string): ObjectKey {
  return `exposedapis/components/${name}`;
}

function nameOf(key: ObjectKey): string {
  return key.split("/")[2] ?? "";
}

function noop(): void {
  // Nobody counts writes here.
}
