// Evaluates API objects with what is known of the cluster around them, and notes what they ask for.
import { type ApiContext, type Route } from "../components";
import { type ExposedApi } from "../spec";
import { contextOf, declaredObjects } from "../stack";
import { type ApiObjects } from "./apiObjects";
import { type ClusterCache } from "./clusterCache";
import { type DeclaredIndex } from "./declaredIndex";
import { evaluate, type Announced, type Evaluation, type PlatformSettings } from "./evaluate";
import { splitKey, type ApiObject, type ObjectKey } from "./kube/objects";
import { type MonitoringTargets, type MonitoringWish } from "./monitoring/monitoringTargets";
import { ROUTE_KIND } from "./ownedKinds";
import { type RouteClaims } from "./routeClaims";

/** What objects are evaluated with. */
export interface EvaluatorDependencies {
  readonly platform: PlatformSettings;
  readonly objects: ApiObjects;
  readonly claims: RouteClaims;
  readonly monitoring: MonitoringTargets;
  readonly declared: DeclaredIndex;
  readonly cache: ClusterCache;
  /** Has objects looked at again. */
  readonly enqueue: (keys: readonly ObjectKey[]) => void;
}

/** Evaluates objects: `look` before all are listed, `evaluate` from then on. */
export class Evaluator {
  /** What APIs ask to be announced, until all claims are known. */
  private readonly listedWishes = new Map<ObjectKey, MonitoringWish | undefined>();
  private listed = false;

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
      (api, routes) => this.contextOf(key, api, routes),
    );
    this.declare(key, evaluation);
    return evaluation;
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

  private contextOf(key: ObjectKey, api: ExposedApi, routes: readonly Route[]): ApiContext | undefined {
    const { cache, claims, platform } = this.deps;
    return contextOf(api, routes, platform.gateway, {
      podLabels: (service) => cache.selectorOf(`${api.namespace}/${service}`),
      innerPaths: () => claims.overlaps.innerPaths(key, routes),
      otherHosts: () => claims.overlaps.otherHosts(key, routes),
      hostHolder: () => {
        const holder = claims.hostHolder(key);
        return holder === undefined ? undefined : identityOf(holder);
      },
    });
  }

  /** Has the objects of an API followed, and the API looked at when they change. */
  private declare(key: ObjectKey, { api, settings }: Evaluation): void {
    const { cache, declared } = this.deps;
    if (api !== undefined) {
      const objects = declaredObjects(api, settings);
      declared.set(key, objects);
      cache.follow(objects);
    } else if (!declared.has(key)) {
      // Nobody can tell what was declared before the spec became invalid, but for the route, which has the API's name.
      declared.set(key, [{ kind: ROUTE_KIND, ...nameParts(key) }]);
    }
  }
}

function identityOf(key: ObjectKey): ApiContext["hostHolder"] {
  const kind = splitKey(key).plural === "apis" ? "API" : "ExposedAPI";
  return { kind, ...nameParts(key) };
}

function nameParts(key: ObjectKey): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = splitKey(key);
  return { namespace, name };
}
