// The kinds of object that components keep, or on which they set fields.
import { type IstioSettings } from "../components";
import { type Workload } from "./monitoring/workloadSelection";
import { type ResourcePath } from "./sources";

/** A kind of object that components keep, or whose fields they set. */
export interface OwnedKind<Kind extends string = string> extends ResourcePath {
  readonly kind: Kind;
}

/** A kind of workload. */
export type WorkloadKind = OwnedKind<Workload["kind"]>;

/** Kind of what routes an API: each has one, with its own name. */
export const ROUTE_KIND = "VirtualService";

/** Kinds that are followed from the start: the routes of APIs, and what most metrics APIs have. */
export function ownedKinds({ apiVersion }: IstioSettings): readonly OwnedKind[] {
  const [group = "", version = ""] = apiVersion.split("/");
  return [
    { kind: ROUTE_KIND, group, version, plural: "virtualservices" },
    { kind: "ServiceMonitor", group: "monitoring.coreos.com", version: "v1", plural: "servicemonitors" },
  ];
}

/** A kind by which policies are enforced, or gateways outside the cluster reach into it. */
export interface PolicyKind {
  readonly plural: string;
  /** Where its objects are: in the namespace of their API, or in that of the gateway. */
  readonly place: "api" | "gateway";
}

/** Kinds that are followed, in the group and version that is declared, once an object of theirs is. */
export const policyKinds: Readonly<Record<string, PolicyKind>> = {
  AuthorizationPolicy: { plural: "authorizationpolicies", place: "gateway" },
  Certificate: { plural: "certificates", place: "gateway" },
  EnvoyFilter: { plural: "envoyfilters", place: "gateway" },
  Gateway: { plural: "gateways", place: "gateway" },
  Ingress: { plural: "ingresses", place: "api" },
  NetworkPolicy: { plural: "networkpolicies", place: "api" },
  PeerAuthentication: { plural: "peerauthentications", place: "api" },
  RequestAuthentication: { plural: "requestauthentications", place: "gateway" },
};

/** Kinds whose pod templates carry the annotations of metrics APIs. */
export const workloadKinds: readonly WorkloadKind[] = [
  { kind: "Deployment", group: "apps", version: "v1", plural: "deployments" },
  { kind: "StatefulSet", group: "apps", version: "v1", plural: "statefulsets" },
  { kind: "DaemonSet", group: "apps", version: "v1", plural: "daemonsets" },
];
