// Which APIs share paths. A route is a prefix: that of one API may begin with that of another, and a request then fits both.
import { isDeepStrictEqual } from "node:util";
import { type Route } from "../components";
import { PathTree, type PathEntry } from "./pathTree";

/** Two APIs on one host whose paths begin alike: requests for the longer path go to the API that has it. */
export interface Overlap {
  /** Path of the API in question. */
  readonly path: string;
  /** The other API, and its path: the longer or the shorter one of the two. */
  readonly other: string;
  readonly otherPath: string;
}

/** Host of a route that takes requests for every host that no other route names. */
const ANY_HOST = "*";

/** The routes at one gateway. */
interface GatewayRoutes {
  /** APIs by host and path. */
  readonly hosts: Map<string, PathTree<string>>;
  /** Hosts by path, all but {@link ANY_HOST}. */
  readonly named: PathTree<string>;
}

/**
 * Index of the routes of APIs, each API by a key. An operation costs the length of the paths and the number of APIs whose
 * paths overlap with them, not the number there is.
 */
export class RouteOverlaps {
  private readonly routes = new Map<string, readonly Route[]>();
  private readonly gateways = new Map<string, GatewayRoutes>();

  /**
   * Sets the routes of an API; none for one that is gone.
   *
   * @returns the other APIs for which that makes a difference
   */
  set(key: string, routes: readonly Route[]): readonly string[] {
    const before = this.routes.get(key) ?? [];
    const gone = before.filter((route) => !includes(routes, route));
    const come = routes.filter((route) => !includes(before, route));
    for (const route of gone) this.remove(key, route);
    for (const route of come) this.add(key, route);
    if (routes.length === 0) this.routes.delete(key);
    else this.routes.set(key, routes);
    const concerned = [...gone, ...come].flatMap((route) => this.concernedBy(route));
    return [...new Set(concerned)].filter((other) => other !== key);
  }

  /** Where the paths of an API and of others overlap, in order of the others' paths. */
  overlaps(key: string): readonly Overlap[] {
    const found = (this.routes.get(key) ?? []).flatMap(({ gateway, host, path }) => {
      const paths = this.gateways.get(gateway)?.hosts.get(host);
      const entries = paths === undefined ? [] : [...paths.above(path), ...paths.below(path)];
      return entries.flatMap(({ path: otherPath, items }) =>
        others(items, key).map((other) => ({ path, other, otherPath })),
      );
    });
    return found.sort(
      (a, b) => compare(a.otherPath, b.otherPath) || compare(a.other, b.other) || compare(a.path, b.path),
    );
  }

  /**
   * The longer paths of other APIs on the same hosts that begin with those of an API, in order; without those that begin
   * with another of them.
   */
  innerPaths(key: string, routes: readonly Route[]): readonly string[] {
    const entries = routes.flatMap(
      ({ gateway, host, path }) => this.gateways.get(gateway)?.hosts.get(host)?.below(path) ?? [],
    );
    const paths = inOrder(
      entries.filter(({ items }) => others(items, key).length > 0).map(({ path }) => path),
    );
    // A path stands right before those that begin with it.
    const outermost: string[] = [];
    for (const path of paths) {
      const last = outermost.at(-1);
      if (last === undefined || !path.startsWith(last)) outermost.push(path);
    }
    return outermost;
  }

  /** For the routes of an API that take any host: the hosts of other APIs on the same gateway whose paths overlap, in order. */
  otherHosts(key: string, routes: readonly Route[]): readonly string[] {
    const hosts = routes.flatMap(({ gateway, host, path }) => {
      const at = this.gateways.get(gateway);
      if (at === undefined || host !== ANY_HOST) return [];
      const isOfOthers = (name: string, where: string): boolean =>
        others(at.hosts.get(name)?.at(where) ?? new Set(), key).length > 0;
      return overlapping(at.named, path).flatMap((entry) =>
        [...entry.items].filter((name) => isOfOthers(name, entry.path)),
      );
    });
    return inOrder(hosts);
  }

  private add(key: string, { gateway, host, path }: Route): void {
    const at: GatewayRoutes = this.gateways.get(gateway) ?? { hosts: new Map(), named: new PathTree() };
    this.gateways.set(gateway, at);
    const paths = at.hosts.get(host) ?? new PathTree<string>();
    at.hosts.set(host, paths);
    if (paths.add(path, key) && host !== ANY_HOST) at.named.add(path, host);
  }

  private remove(key: string, { gateway, host, path }: Route): void {
    const at = this.gateways.get(gateway);
    const paths = at?.hosts.get(host);
    if (at === undefined || paths === undefined) return;
    if (paths.delete(path, key) && host !== ANY_HOST) at.named.delete(path, host);
    if (paths.isEmpty) at.hosts.delete(host);
    if (at.hosts.size === 0) this.gateways.delete(gateway);
  }

  /** The APIs that a route coming or going concerns: those it overlaps with, and those that take any host. */
  private concernedBy({ gateway, host, path }: Route): readonly string[] {
    const hosts = this.gateways.get(gateway)?.hosts;
    const same = hosts?.get(host);
    const any = host === ANY_HOST ? undefined : hosts?.get(ANY_HOST);
    const entries = [
      ...(same === undefined ? [] : [...same.above(path), ...same.below(path)]),
      ...(any === undefined ? [] : overlapping(any, path)),
    ];
    return entries.flatMap(({ items }) => [...items]);
  }
}

/** What is at a path, at those it begins with and at those that begin with it. */
function overlapping<Item>(paths: PathTree<Item>, path: string): readonly PathEntry<Item>[] {
  return [...paths.above(path), { path, items: paths.at(path) }, ...paths.below(path)];
}

function others(keys: ReadonlySet<string>, key: string): readonly string[] {
  return [...keys].filter((other) => other !== key);
}

function includes(routes: readonly Route[], route: Route): boolean {
  return routes.some((each) => isDeepStrictEqual(each, route));
}

function inOrder(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
