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
}

/** The context of an API; undefined where no part is needed and known, so that no hash depends on it. */
export function contextOf(
  api: ExposedApi,
  routes: readonly Route[],
  gateway: GatewaySettings,
  sources: ContextSources,
): ApiContext | undefined {
  const needs = contextNeeds(api, gateway);
  const podLabels = needs.includes("podLabels") ? sources.podLabels(api.implementation) : undefined;
  const innerPaths = needs.includes("innerPaths") ? sources.innerPaths(routes) : [];
  const otherHosts = needs.includes("otherHosts") ? sources.otherHosts(routes) : [];
  const hostHolder = needs.includes("hostHolder") ? sources.hostHolder() : undefined;
  const context: ApiContext = {
    ...(podLabels === undefined ? {} : { podLabels }),
    ...(innerPaths.length === 0 ? {} : { innerPaths }),
    ...(otherHosts.length === 0 ? {} : { otherHosts }),
    ...(hostHolder === undefined ? {} : { hostHolder }),
  };
  return Object.keys(context).length === 0 ? undefined : context;
}
