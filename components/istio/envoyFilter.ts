// EnvoyFilters: what Istio has no objects of its own for.
import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter";
import { type ExposedApi } from "../../spec";
import { routeName, workloadOf, type EnvoyPatch } from "./istioPolicy";
import { type IstioSettings } from "./settings";

export const ENVOY_FILTER = { apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter" } as const;

const CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager";

/** Spec of an EnvoyFilter for the gateway's Pods. */
export function envoyFilterSpec(
  settings: IstioSettings,
  patches: readonly EnvoyPatch[],
): NonNullable<IEnvoyFilter["spec"]> {
  return {
    workloadSelector: { labels: { ...workloadOf(settings).labels } },
    configPatches: [...patches],
  };
}

/**
 * Merges into the route of one API, wherever the gateway has it, and into no other: Envoy's route has the name that
 * the VirtualService gives it.
 *
 * @param value part of an envoy.config.route.v3.Route
 */
export function routePatch(api: ExposedApi, value: Readonly<Record<string, unknown>>): EnvoyPatch {
  return {
    applyTo: "HTTP_ROUTE",
    match: { context: "GATEWAY", routeConfiguration: { vhost: { route: { name: routeName(api) } } } },
    patch: { operation: "MERGE", value },
  };
}

/** Configures an HTTP filter for the route of one API. */
export function routeFilterPatch(
  api: ExposedApi,
  filter: string,
  config: Readonly<Record<string, unknown>>,
): EnvoyPatch {
  return routePatch(api, { typed_per_filter_config: { [filter]: config } });
}

/** Adds an HTTP filter to all listeners of the gateway: as the first one, or as the last before requests leave. */
export function listenerFilterPatch(
  place: "first" | "last",
  filter: Readonly<Record<string, unknown>>,
): EnvoyPatch {
  const last = { subFilter: { name: "envoy.filters.http.router" } };
  return {
    applyTo: "HTTP_FILTER",
    match: {
      context: "GATEWAY",
      listener: {
        filterChain: { filter: { name: CONNECTION_MANAGER, ...(place === "last" ? last : {}) } },
      },
    },
    patch: { operation: place === "last" ? "INSERT_BEFORE" : "INSERT_FIRST", value: filter },
  };
}

/**
 * A configuration that istiod passes to Envoy as it is. Of a message that istiod itself reads it drops the fields that
 * its release does not know.
 */
export function untyped(
  type: string,
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    "@type": "type.googleapis.com/udpa.type.v1.TypedStruct",
    type_url: `type.googleapis.com/${type}`,
    value,
  };
}
