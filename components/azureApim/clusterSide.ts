// What of an API behind API Management is in the cluster: its route there, and who may use it.
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1beta1/AuthorizationPolicy";
import type * as kubernetes from "@pulumi/kubernetes";
import { shortened, type ExposedApi } from "../../spec";
import { type ApiContext, type Route } from "../gateway";
import { objectAtGateway, securityKind, workloadOf, type IstioArgs } from "../istio/istioPolicy";
import { istioContextNeeds, istioObjects } from "../istio/objects";
import { istioPolicies } from "../istio/policies";
import { requestsOf } from "../istio/requests";
import { tlsPort, type IstioSettings } from "../istio/settings";
import { virtualServiceHosts } from "../istio/url";
import { fieldManager } from "../kubernetesMetadata";
import { type OwnedObject } from "../ownedObject";
import { ingressNameOf, MAX_NAME } from "./backend";
import { mutualTlsGatewayOf } from "./mutualTls";
import { type AzureApimArgs } from "./policies/policy";
import { type AzureApimSettings } from "./settings";

const INGRESS = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" } as const;

/**
 * Name of an API's other objects. It is not the API's own name, so that no object here is one of another gateway's: while
 * an API changes gateways the objects of both are there.
 */
function nameInCluster({ name }: Pick<ExposedApi, "name">): string {
  return shortened(`apim-${name}`, MAX_NAME);
}

/** The API with what the platform asks for where the API itself does not. */
export function effectiveApi({ api, settings }: Pick<AzureApimArgs, "api" | "settings">): ExposedApi {
  const isIsolated = api.networkPolicy === undefined && settings.cluster.isolate;
  return isIsolated ? { ...api, networkPolicy: { cidrs: [] } } : api;
}

/** The class of the Ingress, where something else than the Istio gateway serves it. */
export function otherClassOf({ cluster }: AzureApimSettings): string | undefined {
  return cluster.type === "ingress" && cluster.className !== "istio" ? cluster.className : undefined;
}

/** Whether requests from elsewhere than API Management are refused at the cluster's gateway. */
export function isWayClosed({ cluster }: AzureApimSettings): boolean {
  const isMutual = cluster.type === "istio" && cluster.mutualTls !== undefined;
  return isMutual || (cluster.allowFrom ?? []).length > 0;
}

/** The API as the cluster's own gateway sees it: what API Management enforces is not enforced again. */
export function clusterArgs(args: AzureApimArgs): IstioArgs {
  const api = effectiveApi(args);
  const { cluster } = args.settings;
  return {
    api: {
      ...api,
      name: nameInCluster(api),
      hostname: cluster.host,
      cors: { ...api.cors, enabled: false },
      jwt: [],
      apiKeyVerification: { enabled: false },
      rateLimit: { ...api.rateLimit, enabled: false },
    },
    settings: istioSettingsOf(args.settings),
    context: args.context,
  };
}

/** Settings of the Istio gateway, as far as they are not for its own clients. */
function istioSettingsOf(settings: AzureApimSettings): IstioSettings {
  const { istio } = settings.cluster;
  const certificates = istio.tls?.certificates ?? [];
  const gateway = mutualTlsGatewayOf(settings);
  return {
    ...istio,
    gateway: gateway ?? istio.gateway,
    publicHostname: undefined,
    // The Gateways for them take all requests to their hosts.
    tls:
      gateway === undefined && certificates.length > 0 ? { port: tlsPort(istio), certificates } : undefined,
  };
}

/** The objects of an API in the cluster; the first is its route. */
export function clusterObjects(args: AzureApimArgs): readonly [OwnedObject, ...OwnedObject[]] {
  const { api } = args;
  const inCluster = clusterArgs(args);
  const [route, ...others] =
    args.settings.cluster.type === "istio"
      ? istioObjects(inCluster)
      : ([ingressOf(args), ...podObjects(args.settings, inCluster)] as const);
  // The API server refuses objects of another API that happens to have their names.
  const mine = (object: OwnedObject): OwnedObject => ({
    ...object,
    fieldManager: `${fieldManager(api)}-apim`,
  });
  return [mine(route), ...[...others, ...sourceChecks(args.settings, inCluster)].map(mine)];
}

/** The Pods of an implementation can tell the Pods of the Istio gateway from others, and no other gateway's. */
function podObjects(settings: AzureApimSettings, args: IstioArgs): readonly OwnedObject[] {
  if (otherClassOf(settings) !== undefined) return [];
  return [istioPolicies.mtls, istioPolicies.networkPolicy].flatMap(({ objects }) => objects?.(args) ?? []);
}

function ingressOf({ api, settings: { cluster } }: AzureApimArgs): OwnedObject {
  const { className, tlsSecretName } =
    cluster.type === "ingress" ? cluster : { className: "istio", tlsSecretName: undefined };
  const hosts = cluster.host === undefined ? {} : { hosts: [cluster.host] };
  const service = { name: api.implementation, port: { number: api.port } };
  const spec: kubernetes.types.input.networking.v1.IngressSpec = {
    ingressClassName: className,
    rules: [
      {
        ...(cluster.host === undefined ? {} : { host: cluster.host }),
        http: { paths: [{ path: api.path, pathType: "Prefix", backend: { service } }] },
      },
    ],
    ...(tlsSecretName === undefined ? {} : { tls: [{ ...hosts, secretName: tlsSecretName }] }),
  };
  const { namespace } = api;
  return {
    ...INGRESS,
    namespace,
    name: ingressNameOf(api),
    fieldManager: fieldManager(api),
    fields: { spec },
  };
}

/**
 * Refuses requests to the API's route that come from elsewhere than API Management.
 *
 * The address is the one that the mesh trusts (`numTrustedProxies`, or the PROXY protocol): the address of the
 * connection itself where nothing else is configured.
 */
function sourceChecks(settings: AzureApimSettings, inCluster: IstioArgs): readonly OwnedObject[] {
  const { allowFrom = [] } = settings.cluster;
  // Another ingress controller's Pods are not Istio's to protect.
  if (allowFrom.length === 0 || otherClassOf(settings) !== undefined) return [];
  const spec: NonNullable<IAuthorizationPolicy["spec"]> = {
    selector: { matchLabels: { ...workloadOf(inCluster.settings).labels } },
    action: "DENY",
    rules: [
      {
        from: [{ source: { notRemoteIpBlocks: [...allowFrom] } }],
        to: [{ operation: requestsOf(inCluster) }],
      },
    ],
  };
  return [
    objectAtGateway(inCluster, securityKind(inCluster.settings, "AuthorizationPolicy"), spec, "allow-from"),
  ];
}

/** The parts of the context that the objects in the cluster depend on. */
export function clusterContextNeeds(
  api: ExposedApi,
  settings: AzureApimSettings,
): readonly (keyof ApiContext)[] {
  const inCluster = clusterArgs({ api, settings });
  if (otherClassOf(settings) !== undefined) return [];
  const needs = istioContextNeeds(inCluster.api, inCluster.settings);
  return settings.cluster.type === "istio" ? needs : needs.filter((part) => part === "podLabels");
}

/** The routes that an API occupies at the Istio gateway, which serves an Ingress of the class istio too. */
export function clusterRoutes(api: ExposedApi, settings: AzureApimSettings): readonly Route[] {
  if (otherClassOf(settings) !== undefined) return [];
  const inCluster = clusterArgs({ api, settings });
  const { gateway } = inCluster.settings;
  return virtualServiceHosts(inCluster.api, inCluster.settings).map((host) => ({
    gateway,
    host,
    path: api.path,
  }));
}
