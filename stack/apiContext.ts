// What only those around an API say of it, gathered for the policies that need it and for no others.
import { contextNeeds, type ApiContext, type GatewaySettings, type Route } from "../components";
import { type ExposedApi } from "../spec";

/** Where the parts of a context are looked up. */
export interface ContextSources {
  /** Labels by which a Service of the API's namespace selects its Pods; undefined where it has none, or is not known. */
  readonly podLabels: (service: string) => Readonly<Record<string, string>> | undefined;
  /** See {@link RouteOverlaps.innerPaths}. */
  readonly innerPaths: (routes: readonly Route[]) => readonly string[];
  /** See {@link RouteOverlaps.otherHosts}. */
  readonly otherHosts: (routes: readonly Route[]) => readonly string[];
  /** The other API that has the listener and the certificate of the API's own host name. */
  readonly hostHolder: () => ApiContext["hostHolder"];
  /** See {@link ApiContext.backend}. */
  readonly backend: () => ApiContext["backend"];
  /** See {@link ApiContext.document}. */
  readonly document: () => ApiContext["document"];
  /** See {@link ApiContext.versionSetHolder}. */
  readonly versionSetHolder: () => ApiContext["versionSetHolder"];
}

/** The context of an API; undefined where no part is needed and known, so that no hash depends on it. */
export function contextOf(
  api: ExposedApi,
  routes: readonly Route[],
  gateway: GatewaySettings,
  sources: ContextSources,
): ApiContext | undefined {
  const needs = contextNeeds(api, gateway);
  const parts: { readonly [Part in keyof ApiContext]-?: () => ApiContext[Part] } = {
    podLabels: () => sources.podLabels(api.implementation),
    innerPaths: () => unlessEmpty(sources.innerPaths(routes)),
    otherHosts: () => unlessEmpty(sources.otherHosts(routes)),
    hostHolder: sources.hostHolder,
    backend: sources.backend,
    document: sources.document,
    versionSetHolder: sources.versionSetHolder,
  };
  const known = Object.entries(parts)
    .filter(([part]) => (needs as readonly string[]).includes(part))
    .map(([part, lookUp]) => [part, lookUp()] as const)
    .filter(([, value]) => value !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

function unlessEmpty<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}
