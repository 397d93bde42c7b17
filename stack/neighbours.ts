// What the APIs of one static program say of each other: the watcher learns it from the cluster.
import {
  routesOf,
  unversionedPath,
  type ApiContext,
  type ApiIdentity,
  type DocumentRef,
  type GatewaySettings,
  type Route,
} from "../components";
import { optional, type ExposedApi } from "../spec";
import { contextOf } from "./apiContext";
import { type ImportedDocument } from "./documents";
import { RouteOverlaps } from "./routeOverlaps";

/** A set of APIs that know of each other. */
export interface Neighbours {
  /** The context of one of them, without what only a cluster says. */
  readonly contextOf: (api: ExposedApi) => ApiContext | undefined;
  /** One for each two APIs whose paths overlap. */
  readonly warnings: readonly string[];
}

/** Has APIs know of each other, each behind its gateway. */
export function neighboursOf(
  apis: readonly ExposedApi[],
  gatewayOf: (api: ExposedApi) => GatewaySettings,
  documents: ReadonlyMap<ExposedApi, ImportedDocument> = new Map(),
): Neighbours {
  const overlaps = new RouteOverlaps();
  const holders = new Map<string, ExposedApi>();
  const versionSets = new Map<string, ExposedApi>();
  for (const api of apis) {
    const routes = routesOf(api, gatewayOf(api));
    overlaps.set(nameOf(api), routes);
    const { hostname } = api;
    if (hostname !== undefined && !holders.has(hostname)) holders.set(hostname, api);
    const path = unversionedPath(api.path);
    const versions = versionsId(routes, path ?? api.path);
    // What has the path itself comes before the versions, wherever it stands.
    if (path === undefined || !versionSets.has(versions)) versionSets.set(versions, api);
  }
  const other = (holder: ExposedApi | undefined, api: ExposedApi): ApiIdentity | undefined =>
    holder === undefined || holder === api ? undefined : identityOf(holder);
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
    contextOf: (api) => {
      const gateway = gatewayOf(api);
      const own = routesOf(api, gateway);
      return contextOf(api, own, gateway, {
        podLabels: () => undefined,
        innerPaths: (routes) => overlaps.innerPaths(nameOf(api), routes),
        otherHosts: (routes) => overlaps.otherHosts(nameOf(api), routes),
        hostHolder: () => other(holders.get(api.hostname ?? ""), api),
        // Only the cluster knows an address, where the settings do not say it.
        backend: () => undefined,
        document: () => refOf(documents.get(api)),
        versionSetHolder: () => other(versionSets.get(versionsId(own, unversionedPath(api.path) ?? "")), api),
      });
    },
    warnings: inner,
  };
}

function nameOf({ namespace, name }: ExposedApi): string {
  return `${namespace}/${name}`;
}

function identityOf({ kind, namespace, name }: ExposedApi): ApiIdentity {
  return { kind, namespace, name };
}

/** Versions of one API share it: the gateway, and the path without the version. */
function versionsId([route]: readonly Route[], path: string): string {
  return `${route?.gateway ?? ""} ${path}`;
}

function refOf(document: ImportedDocument | undefined): DocumentRef | undefined {
  if (document === undefined) return undefined;
  const { digest, format, version, contents } = document;
  return { digest, format, ...optional("version", version), ...optional("contents", contents) };
}
