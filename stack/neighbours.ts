// What the APIs of one static program say of each other: the watcher learns it from the cluster.
import { routesOf, type ApiContext, type GatewaySettings } from "../components";
import { type ExposedApi } from "../spec";
import { contextOf } from "./apiContext";
import { RouteOverlaps } from "./routeOverlaps";

/** A set of APIs that know of each other. */
export interface Neighbours {
  /** The context of one of them, without what only a cluster says. */
  readonly contextOf: (api: ExposedApi) => ApiContext | undefined;
  /** One for each two APIs whose paths overlap. */
  readonly warnings: readonly string[];
}

/** Has APIs behind one gateway know of each other. */
export function neighboursOf(apis: readonly ExposedApi[], gateway: GatewaySettings): Neighbours {
  const overlaps = new RouteOverlaps();
  const holders = new Map<string, ExposedApi>();
  for (const api of apis) {
    overlaps.set(nameOf(api), routesOf(api, gateway));
    const { hostname } = api;
    if (hostname !== undefined && !holders.has(hostname)) holders.set(hostname, api);
  }
  const inner = apis.flatMap((api) =>
    overlaps
      .overlaps(nameOf(api))
      .filter(({ path, otherPath }) => path.length > otherPath.length)
      .map(
        ({ path, other, otherPath }) =>
          `${nameOf(api)}: requests for ${path} go to it, and the others for ${otherPath} to ${other}`,
      ),
  );
  return {
    contextOf: (api) =>
      contextOf(api, routesOf(api, gateway), gateway, {
        podLabels: () => undefined,
        innerPaths: (routes) => overlaps.innerPaths(nameOf(api), routes),
        otherHosts: (routes) => overlaps.otherHosts(nameOf(api), routes),
        hostHolder: () => {
          const holder = holders.get(api.hostname ?? "");
          if (holder === undefined || holder === api) return undefined;
          return { kind: holder.kind, namespace: holder.namespace, name: holder.name };
        },
      }),
    warnings: inner,
  };
}

function nameOf({ namespace, name }: ExposedApi): string {
  return `${namespace}/${name}`;
}
