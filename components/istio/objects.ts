// Everything that is declared behind Istio, as plain data.
import { requestedPolicies, type ExposedApi } from "../../spec";
import { type ApiContext, type PolicyOutcome } from "../gateway";
import { type OwnedObject } from "../ownedObject";
import { ENVOY_FILTER, envoyFilterSpec } from "./envoyFilter";
import { excludedByPatch, isTriedLast } from "./exclusions";
import { isGuarded, objectAtGateway, objectBesideApi, platformObject, type IstioArgs } from "./istioPolicy";
import { istioPolicies } from "./policies";
import { needsTlsPlatform, tlsObjects, tlsPlatformObjects } from "./policies/tls";
import { type IstioSettings } from "./settings";
import { virtualServiceSpec } from "./virtualService";

const policies = Object.values(istioPolicies);

/** The objects of one API; the first is its VirtualService. */
export function istioObjects(args: IstioArgs): readonly [OwnedObject, ...OwnedObject[]] {
  const { api, settings } = args;
  const virtualService = { apiVersion: settings.apiVersion, kind: "VirtualService" };
  return [
    objectBesideApi(api, virtualService, virtualServiceSpec(args)),
    ...envoyFilters(args),
    ...policies.flatMap(({ objects }) => objects?.(args) ?? []),
    ...tlsObjects(args),
  ];
}

/** The objects that all APIs share: the filter for rate limits in any case. */
export function istioPlatformObjects(settings: IstioSettings): readonly OwnedObject[] {
  const patches = policies.flatMap(({ platformPatches }) => platformPatches?.(settings) ?? []);
  return [
    platformObject(settings, ENVOY_FILTER, envoyFilterSpec(settings, patches)),
    ...policies.flatMap(({ platformObjects }) => platformObjects?.(settings) ?? []),
    ...tlsPlatformObjects(settings),
  ];
}

/** See `Gateway.contextNeeds`. */
export function istioContextNeeds(api: ExposedApi, settings: IstioSettings): readonly (keyof ApiContext)[] {
  const needs = {
    podLabels: api.mtls !== undefined || api.networkPolicy !== undefined,
    innerPaths: !isTriedLast(api),
    otherHosts: isGuarded(api),
    hostHolder: settings.tls?.certManager !== undefined && api.hostname !== undefined,
  } satisfies Partial<Record<keyof ApiContext, boolean>>;
  return (Object.keys(needs) as (keyof typeof needs)[]).filter((part) => needs[part]);
}

/** See `Gateway.needsPlatform`. */
export function istioNeedsPlatform(api: ExposedApi, settings: IstioSettings): boolean {
  const isNeeded = policies.some(({ needsPlatform }) => needsPlatform?.(api, settings) ?? false);
  return isNeeded || needsTlsPlatform(api, settings);
}

/** See `Gateway.policies`. */
export function istioOutcomes(args: IstioArgs): readonly PolicyOutcome[] {
  return requestedPolicies(args.api).map((policy) => ({
    policy,
    ...istioPolicies[policy].enforcement(args),
  }));
}

function envoyFilters(args: IstioArgs): readonly OwnedObject[] {
  const patches = [
    ...excludedByPatch(args),
    ...policies.flatMap(({ routePatches }) => routePatches?.(args) ?? []),
  ];
  return patches.length === 0
    ? []
    : [objectAtGateway(args, ENVOY_FILTER, envoyFilterSpec(args.settings, patches))];
}
