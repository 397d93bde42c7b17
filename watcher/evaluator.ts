// Evaluates API objects with what is known of the cluster around them, and notes what they ask for.
import {
  backendSource,
  contextNeeds,
  type ApiIdentity,
  type GatewaySettings,
  type Route,
} from "../components";
import { type ExposedApi } from "../spec";
import { contextOf, declaredObjects } from "../stack";
import { type ApiObjects } from "./apiObjects";
import { type Backends } from "./backends";
import { type ClusterCache } from "./clusterCache";
import { type DeclaredIndex } from "./declaredIndex";
import { type Documents } from "./documents";
import { evaluate, type Announced, type Evaluation, type PlatformSettings } from "./evaluate";
import { type Around } from "./exposure";
import { documentProblem } from "./gatewayMessages";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type MonitoringTargets, type MonitoringWish } from "./monitoring/monitoringTargets";
import { ROUTE_KIND } from "./ownedKinds";
import { type RouteClaims } from "./routeClaims";

/** Where the documents of APIs are found. */
export type ApiDocuments = Pick<Documents, "of" | "text" | "forget">;

/** What objects are evaluated with. */
export interface EvaluatorDependencies {
  readonly platform: PlatformSettings;
  readonly objects: ApiObjects;
  readonly claims: RouteClaims;
  readonly monitoring: MonitoringTargets;
  readonly declared: DeclaredIndex;
  readonly cache: ClusterCache;
  readonly backends: Backends;
  readonly documents: ApiDocuments;
  /** Has objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
}

/** Evaluates objects: `look` before all are listed, `evaluate` from then on. */
export class Evaluator {
  /** What APIs ask to be announced, until all claims are known. */
  private readonly listedWishes = new Map<ObjectKey, MonitoringWish | undefined>();
  private listed = false;
  /** APIs for which a way into the cluster, or a document, was looked up. */
  private readonly outside = new Set<ObjectKey>();

  constructor(private readonly deps: EvaluatorDependencies) {}

  /** Every object is listed: what each asks to be announced is taken in, so that whoever announces goes on. */
  allListed(): void {
    for (const [key, wish] of this.listedWishes) {
      if (this.deps.objects.get(key) !== undefined) this.setWish(key, wish);
    }
    this.listedWishes.clear();
    this.listed = true;
  }

  /** What an object asks for, whatever is around it. */
  look(key: ObjectKey, object: ApiObject): Evaluation {
    const { objects, platform } = this.deps;
    return evaluate(objects.resource(key), object, platform, (wish) => {
      if (!this.listed) this.listedWishes.set(key, wish);
      return undefined;
    });
  }

  /** What an object asks for, with what is around it. */
  evaluate(key: ObjectKey, object: ApiObject): Evaluation {
    const { objects, platform } = this.deps;
    const evaluation = evaluate(
      objects.resource(key),
      object,
      platform,
      (wish) => this.announced(key, this.setWish(key, wish)),
      (api, gateway, routes) => this.around(key, api, gateway, routes),
    );
    this.declare(key, evaluation);
    if (this.outside.has(key)) this.letGo(key, evaluation);
    return evaluation;
  }

  /** An API is gone. */
  forget(key: ObjectKey): void {
    if (!this.outside.delete(key)) return;
    this.deps.backends.forget(key);
    this.deps.documents.forget(key);
  }

  /**
   * Takes in what an API asks to be announced, and has those looked at again that this concerns.
   *
   * @returns the same, or undefined where the API is not served
   */
  private setWish(key: ObjectKey, asked: MonitoringWish | undefined): MonitoringWish | undefined {
    const { claims, enqueue, monitoring } = this.deps;
    const wish = claims.conflict(key) === undefined ? asked : undefined;
    const concerned = monitoring.setApi(key, wish);
    enqueue(concerned.filter((other) => other !== key));
    return wish;
  }

  private announced(key: ObjectKey, wish: MonitoringWish | undefined): Announced {
    const { cache, monitoring } = this.deps;
    if (wish === undefined || wish.type === "ServiceMonitor" || cache.workloadsKnown(wish.namespace)) {
      return monitoring.outcome(key);
    }
    return cache.workloadsOverdue ? "WorkloadsUnknown" : "NotYet";
  }

  /** What those around an API say of it, as far as this gateway needs it. */
  private around(
    key: ObjectKey,
    api: ExposedApi,
    gateway: GatewaySettings,
    routes: readonly Route[],
  ): Around {
    const { backends, cache, claims, documents } = this.deps;
    const source = backendSource(api, gateway);
    const backend = source === undefined ? undefined : backends.of(key, source);
    if (source !== undefined) this.outside.add(key);
    const needsDocument = source !== undefined && contextNeeds(api, gateway).includes("document");
    const document = needsDocument ? documents.of(key, api) : undefined;
    if (needsDocument) this.outside.add(key);
    const context = contextOf(api, routes, gateway, {
      podLabels: (service) => cache.selectorOf(`${api.namespace}/${service}`),
      innerPaths: () => claims.overlaps.innerPaths(key, routes),
      otherHosts: () => claims.overlaps.otherHosts(key, routes),
      hostHolder: () => identityOf(claims.hostHolder(key)),
      backend: () => (typeof backend === "object" && "url" in backend ? backend.url : undefined),
      document: () => (typeof document === "object" && "digest" in document ? document : undefined),
      versionSetHolder: () => identityOf(claims.versionSetHolder(key)),
    });
    return {
      context,
      ...(backend === "NotYet" || document === "NotYet" ? { notYet: true } : {}),
      ...(typeof document === "object" && "problem" in document
        ? { problem: documentProblem(document.problem.reason, document.problem.message) }
        : {}),
      ...(typeof backend === "object" && "without" in backend ? { unreached: backend } : {}),
    };
  }

  /** Forgets what the gateway of an API does not need any more; nothing while nothing is known of the gateway. */
  private letGo(key: ObjectKey, { api, settings }: Evaluation): void {
    if (api === undefined || settings === undefined) return;
    const { gateway } = settings;
    const isReached = backendSource(api, gateway) !== undefined;
    const isImported = contextNeeds(api, gateway).includes("document");
    if (!isReached) this.deps.backends.forget(key);
    if (!isImported) this.deps.documents.forget(key);
    if (!isReached && !isImported) this.outside.delete(key);
  }

  /** Has the objects of an API followed, and the API looked at when they change. */
  private declare(key: ObjectKey, { api, settings }: Evaluation): void {
    const { cache, declared } = this.deps;
    if (api !== undefined && settings !== undefined) {
      const objects = declaredObjects(api, settings);
      declared.set(key, objects);
      cache.follow(objects);
    } else if (!declared.has(key)) {
      // Nobody can tell what was declared before the spec became invalid, or while nothing is known of the gateway, but for
      // the route behind Istio, which has the API's name.
      declared.set(key, [{ kind: ROUTE_KIND, ...nameParts(key) }]);
    }
  }
}

function identityOf(key: ObjectKey | undefined): ApiIdentity | undefined {
  if (key === undefined) return undefined;
  const kind = splitKey(key).plural === "apis" ? "API" : "ExposedAPI";
  return { kind, ...nameParts(key) };
}

function nameParts(key: ObjectKey): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = splitKey(key);
  return { namespace, name };
}
