// What each policy behind Istio says of itself, and what the objects of an API have in common.
import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter";
import { asLabel, shortened, type ExposedApi } from "../../spec";
import { type GatewayArgs, type PolicyOutcome } from "../gateway";
import { fieldManager, PLATFORM_FIELD_MANAGER } from "../kubernetesMetadata";
import { type OwnedObject } from "../ownedObject";
import { defaultWorkload, type GatewayWorkload, type IstioSettings } from "./settings";

export type IstioArgs = GatewayArgs<IstioSettings>;

/** One change to what Istio generates for Envoy. */
export type EnvoyPatch = NonNullable<NonNullable<IEnvoyFilter["spec"]>["configPatches"]>[number];

/** Whether a policy is enforced, and by what; or why not. */
export type Enforcement = Omit<PolicyOutcome, "policy">;

/** One policy. What it does not need is left out; each function gives nothing where the API does not ask for it. */
export interface IstioPolicy {
  /** Objects of the API. */
  readonly objects?: (args: IstioArgs) => readonly OwnedObject[];
  /** Patches of the API's route, for its EnvoyFilter. */
  readonly routePatches?: (args: IstioArgs) => readonly EnvoyPatch[];
  /** Objects of the gateway that all APIs share. */
  readonly platformObjects?: (settings: IstioSettings) => readonly OwnedObject[];
  /** Patches of the gateway's listeners, for the EnvoyFilter that all APIs share. */
  readonly platformPatches?: (settings: IstioSettings) => readonly EnvoyPatch[];
  /** Whether the API's policy works only with what all APIs share. */
  readonly needsPlatform?: (api: ExposedApi, settings: IstioSettings) => boolean;
  /** What becomes of it, for an API that asks for it. */
  readonly enforcement: (args: IstioArgs) => Enforcement;
}

/** Longest name of most Kubernetes objects (Kubernetes, "Object Names and IDs"). */
const MAX_NAME = 253;

/** Name of the objects that all APIs share. It has no dot: no API has an object of that name. */
export const PLATFORM_NAME = "oda-api";

/** The Pods of the gateway. */
export function workloadOf({ workload = defaultWorkload }: IstioSettings): GatewayWorkload {
  return workload;
}

/** Whether an API asks who calls. */
export function isGuarded({ jwt, apiKeyVerification }: ExposedApi): boolean {
  return jwt.length > 0 || apiKeyVerification.enabled;
}

/** What tells an API apart from all others: objects of two kinds may share a name. */
type Identity = Pick<ExposedApi, "kind" | "namespace" | "name">;

/** Name of an API's route in Envoy: no other API's, whatever gateway and host it is on. */
export function routeName({ kind, namespace, name }: Identity): string {
  return kind === "API" ? `${namespace}/${name}/legacy` : `${namespace}/${name}`;
}

/**
 * Name of an object of an API in the gateway's namespace. Namespaces have no dots, so no two APIs share one. For an
 * object of the older kind the name has no dot, so that no ExposedAPI can have it.
 *
 * @param suffix tells objects of one kind apart: a kind has either one for each of its objects, or none
 */
export function nameAtGateway({ kind, namespace, name }: Identity, suffix?: string): string {
  const parts = [namespace, name, ...(suffix === undefined ? [] : [suffix])];
  if (kind === "API") return asLabel(parts.join("/"));
  const whole = parts.join(".");
  // A name that is cut after a dot would have a label that begins with "-".
  return shortened(whole, MAX_NAME).replaceAll(".-", "--");
}

/** The same for a Gateway, whose name Istio takes only where it is a DNS label. */
export function gatewayNameOf(api: Identity): string {
  const name = nameAtGateway(api);
  return api.kind === "API" ? name : asLabel(name);
}

type KindOf = Pick<OwnedObject, "apiVersion" | "kind">;

/** An object of an API in the namespace of the gateway. */
export function objectAtGateway(
  { api, settings }: IstioArgs,
  { apiVersion, kind }: KindOf,
  spec: object,
  suffix?: string,
): OwnedObject {
  return {
    apiVersion,
    kind,
    namespace: workloadOf(settings).namespace,
    name: kind === "Gateway" ? gatewayNameOf(api) : nameAtGateway(api, suffix),
    fieldManager: fieldManager(api),
    fields: { spec },
  };
}

/** An object of an API in its own namespace, and with its name. */
export function objectBesideApi(api: ExposedApi, { apiVersion, kind }: KindOf, spec: object): OwnedObject {
  const { namespace, name } = api;
  return { apiVersion, kind, namespace, name, fieldManager: fieldManager(api), fields: { spec } };
}

/** An object that all APIs share. */
export function platformObject(
  settings: IstioSettings,
  { apiVersion, kind }: KindOf,
  spec: object,
  name = PLATFORM_NAME,
): OwnedObject {
  return {
    apiVersion,
    kind,
    namespace: workloadOf(settings).namespace,
    name,
    fieldManager: PLATFORM_FIELD_MANAGER,
    fields: { spec },
  };
}

/** A kind of Istio's security API, which is served in the same versions as its networking API. */
export function securityKind({ apiVersion }: IstioSettings, kind: string): KindOf {
  const version = apiVersion === "networking.istio.io/v1" ? "v1" : "v1beta1";
  return { apiVersion: `security.istio.io/${version}`, kind };
}
