// Who serves which route. Two APIs that share a route cannot both be served: the one that already serves it goes on,
// and of those that wait the oldest is next.
import { RouteOverlaps } from "../stack";
import { HostHolders } from "./hostHolders";
import { type ObjectKey } from "./kube/objects";
import { readRoute } from "./ownStatus";

/** What an API object says of its routes. */
export interface Claim {
  /** Routes its spec asks for; none while the spec is invalid or the object is being deleted. */
  readonly wanted: readonly string[];
  /** Routes its status says it serves. Read until this process has run its stack. */
  readonly served: readonly string[];
  /** Creation time of the object, RFC 3339: the order of those that wait. */
  readonly since: string;
  /** Host name of its own; that of what was applied last while the spec is invalid. */
  readonly hostname?: string;
  /** Behind a gateway that knows of versions: which ones it is among. */
  readonly versionSet?: VersionSet;
  /** Host name of its own that its status says was applied. Read until this process has run its stack. */
  readonly servedHost?: string;
}

/** Versions of one API at one gateway. */
export interface VersionSet {
  /** Tells these versions from all other APIs: the same for each of them. */
  readonly id: string;
  /** Whether the API is one of several; not where it has the path that they have in common. */
  readonly isVersion: boolean;
}

/** A route that another API serves, or will serve first. */
export interface RouteConflict {
  readonly route: string;
  readonly holder: ObjectKey;
}

/**
 * Index of claims by route, and of what follows from them: overlaps of paths, and who holds a host. Every operation costs
 * the number of APIs that it concerns, usually one.
 */
export class RouteClaims {
  private readonly claims = new Map<ObjectKey, Claim>();
  /** Routes that runs of this process have, or may have, given resources. */
  private readonly occupied = new Map<ObjectKey, readonly string[]>();
  /** Hosts that successful runs of this process have given resources. */
  private readonly servedHosts = new Map<ObjectKey, ReadonlySet<string>>();
  private readonly byRoute = new Map<string, Set<ObjectKey>>();
  private readonly hosts = new HostHolders();
  private readonly versionSets = new HostHolders();

  /** Routes that are wanted or occupied. */
  readonly overlaps = new RouteOverlaps();

  /** Sets what an object says. Returns the other APIs that may now be served, or for which something else is new. */
  set(key: ObjectKey, claim: Claim): readonly ObjectKey[] {
    return this.change(key, () => this.claims.set(key, claim));
  }

  /** Before a run: the routes wanted now are occupied too, whatever becomes of the run. */
  occupyWanted(key: ObjectKey): void {
    this.change(key, () => {
      const wanted = this.claims.get(key)?.wanted ?? [];
      this.occupied.set(key, [...new Set([...this.held(key), ...wanted])]);
    });
  }

  /** Just these routes are occupied, for no run was begun after all. Returns keys as {@link set} does. */
  occupy(key: ObjectKey, routes: readonly string[]): readonly ObjectKey[] {
    return this.change(key, () => this.occupied.set(key, routes));
  }

  /** After a successful run: just these routes are occupied. Returns keys as {@link set} does. */
  settle(key: ObjectKey, routes: readonly string[]): readonly ObjectKey[] {
    return this.change(key, () => {
      this.occupied.set(key, routes);
      this.servedHosts.set(key, new Set(routes.flatMap((route) => readRoute(route)?.host ?? [])));
    });
  }

  /** Forgets an API. Returns keys as {@link set} does. */
  remove(key: ObjectKey): readonly ObjectKey[] {
    return this.change(key, () => {
      this.claims.delete(key);
      this.occupied.delete(key);
      this.servedHosts.delete(key);
    });
  }

  /** The first wanted route of an API that is another's, or undefined when it may be served. */
  conflict(key: ObjectKey): RouteConflict | undefined {
    for (const route of this.claims.get(key)?.wanted ?? []) {
      const holder = this.owner(route);
      if (holder !== undefined && holder !== key) return { route, holder };
    }
    return undefined;
  }

  /** The other API with the same host name of its own that has the listener and the certificate of the host. */
  hostHolder(key: ObjectKey): ObjectKey | undefined {
    return this.hosts.holderFor(key);
  }

  /** The other version of an API that has the version set of all of them. */
  versionSetHolder(key: ObjectKey): ObjectKey | undefined {
    return this.versionSets.holderFor(key);
  }

  /** Applies a change to the claim of an API and keeps the indexes in step with it. */
  private change(key: ObjectKey, apply: () => unknown): readonly ObjectKey[] {
    const before = this.routesOf(key);
    apply();
    const after = this.routesOf(key);
    for (const route of after) this.byRoute.set(route, (this.byRoute.get(route) ?? new Set()).add(key));
    const others = new Set(this.released(key, before, after));
    const routes = [...after].flatMap((route) => readRoute(route) ?? []);
    for (const other of this.overlaps.set(key, routes)) others.add(other);
    const sharers = [...after].flatMap((route) => [...(this.byRoute.get(route) ?? [])]);
    for (const each of new Set([key, ...others, ...sharers])) {
      for (const other of this.holdHost(each)) others.add(other);
      for (const other of this.holdVersionSet(each)) others.add(other);
    }
    others.delete(key);
    return [...others];
  }

  /** The other APIs on routes that an API may have given up. */
  private released(
    key: ObjectKey,
    before: ReadonlySet<string>,
    after: ReadonlySet<string>,
  ): ReadonlySet<ObjectKey> {
    const others = new Set<ObjectKey>();
    for (const route of before) {
      const sharers = this.byRoute.get(route);
      if (sharers === undefined) continue;
      if (!after.has(route)) sharers.delete(key);
      if (sharers.size === 0) this.byRoute.delete(route);
      // Also where the route is kept: it may be wanted now and not held, and so another's.
      for (const other of sharers) if (other !== key) others.add(other);
    }
    return others;
  }

  /**
   * Has an API hold its host if it is the oldest of those there that were served with success, or of all while none was;
   * never where its route is another's. Returns whom that concerns.
   */
  private holdHost(key: ObjectKey): readonly ObjectKey[] {
    const { hostname, servedHost, since = "" } = this.claims.get(key) ?? {};
    const isThere = hostname !== undefined && this.routesOf(key).size > 0 && this.conflict(key) === undefined;
    if (!isThere) return this.hosts.set(key, undefined, "");
    const isServed = this.servedHosts.get(key)?.has(hostname) ?? servedHost === hostname;
    return this.hosts.set(key, hostname, `${isServed ? 0 : 1} ${since} ${key}`);
  }

  /** As with hosts: the oldest version of those that are served, or of all while none is; before them what has their path. */
  private holdVersionSet(key: ObjectKey): readonly ObjectKey[] {
    const { served = [], since = "", versionSet, wanted = [] } = this.claims.get(key) ?? {};
    if (versionSet === undefined || this.conflict(key) !== undefined) {
      return this.versionSets.set(key, undefined, "");
    }
    const isServed = this.servedHosts.has(key) || wanted.some((route) => served.includes(route));
    const rank = !versionSet.isVersion ? 0 : isServed ? 1 : 2;
    return this.versionSets.set(key, versionSet.id, `${rank} ${since} ${key}`);
  }

  private owner(route: string): ObjectKey | undefined {
    const ranked = [...(this.byRoute.get(route) ?? [])].map((key) => ({ key, rank: this.rank(route, key) }));
    return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))[0]?.key;
  }

  /** Holders before those that wait, older before younger, then by key so that the order is total. */
  private rank(route: string, key: ObjectKey): string {
    return `${this.held(key).includes(route) ? 0 : 1} ${this.claims.get(key)?.since ?? ""} ${key}`;
  }

  private held(key: ObjectKey): readonly string[] {
    return this.occupied.get(key) ?? this.claims.get(key)?.served ?? [];
  }

  private routesOf(key: ObjectKey): ReadonlySet<string> {
    return new Set([...(this.claims.get(key)?.wanted ?? []), ...this.held(key)]);
  }
}
