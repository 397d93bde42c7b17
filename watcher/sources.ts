// The collections the watcher follows, each an informer that keeps only the fields that are used.
import {
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  type V1EndpointSlice,
  type V1Service,
} from "@kubernetes/client-node";
import { GROUP } from "../spec";
import { type LiveObject } from "./drift/liveObject";
import { GATEWAY_SELECTOR } from "./gatewayAddress";
import { type IngressName } from "./gatewayCatalog";
import { keepIngress } from "./ingress";
import { statusOf, type Clients } from "./kube/client";
import { Informer, type InformerOptions } from "./kube/informer";
import { type ApiObject, type ApiResource } from "./kube/objects";
import { type Logger } from "./logger";
import { type Metrics } from "./metrics";

/** What informers are made with. */
export interface SourceContext {
  readonly config: KubeConfig;
  readonly clients: Clients;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Whom an informer tells. */
export interface Handlers<T> {
  readonly onUpsert: (object: T) => void;
  readonly onDelete: (object: T) => void;
}

/** A resource by the parts of its path. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** Follows the API objects of one kind in one namespace, or in all. */
export function apiInformer(
  context: SourceContext,
  { plural, version }: ApiResource,
  namespace: string | undefined,
  handlers: Handlers<ApiObject>,
): Informer<ApiObject> {
  return customInformer(context, { group: GROUP, version, plural }, namespace, handlers);
}

/** Follows the EndpointSlices of one namespace, or of all. */
export function endpointSliceInformer(
  context: SourceContext,
  namespace: string | undefined,
  handlers: Handlers<V1EndpointSlice>,
): Informer<V1EndpointSlice> {
  const { discovery } = context.clients;
  const list = (): Promise<KubernetesListObject<V1EndpointSlice>> =>
    namespace === undefined
      ? discovery.listEndpointSliceForAllNamespaces()
      : discovery.listNamespacedEndpointSlice({ namespace });
  const path = collection("/apis/discovery.k8s.io/v1", namespace, "endpointslices");
  return informer(context, path, list, { ...handlers, keep: keepEndpointSlice });
}

/** Follows the Services of one namespace, or of all. */
export function serviceInformer(
  context: SourceContext,
  namespace: string | undefined,
  handlers: Handlers<V1Service>,
): Informer<V1Service> {
  const { core } = context.clients;
  const list = (): Promise<KubernetesListObject<V1Service>> =>
    namespace === undefined ? core.listServiceForAllNamespaces() : core.listNamespacedService({ namespace });
  const path = collection("/api/v1", namespace, "services");
  return informer(context, path, list, { ...handlers, keep: keepService });
}

/**
 * Follows the Services of ingress gateways in every namespace, or just one Service.
 *
 * @param service `namespace/name` of that one
 */
export function gatewayServiceInformer(
  context: SourceContext,
  service: string | undefined,
  handlers: Handlers<V1Service>,
): Informer<V1Service> {
  const list = (): Promise<KubernetesListObject<V1Service>> => listGatewayServices(context.clients, service);
  const { namespace, ...selector } = gatewayServiceSelector(service);
  return informer(context, collection("/api/v1", namespace, "services"), list, { ...handlers, ...selector });
}

/** Follows one Ingress. It may be absent, or not be readable. */
export function ingressInformer(
  context: SourceContext,
  { namespace, name }: IngressName,
  handlers: Handlers<LiveObject>,
): Informer<LiveObject> {
  const ingresses = { group: "networking.k8s.io", version: "v1", plural: "ingresses" };
  const fieldSelector = `metadata.name=${name}`;
  const options = { ...handlers, keep: keepIngress, optional: true, fieldSelector };
  return customInformer(context, ingresses, namespace, options);
}

/** The Services that {@link gatewayServiceInformer} follows, as they are now. */
export function listGatewayServices(
  { core }: Pick<Clients, "core">,
  service: string | undefined,
): Promise<KubernetesListObject<V1Service>> {
  const { namespace, ...selector } = gatewayServiceSelector(service);
  return namespace === undefined
    ? core.listServiceForAllNamespaces(selector)
    : core.listNamespacedService({ namespace, ...selector });
}

function gatewayServiceSelector(
  service: string | undefined,
): { readonly namespace?: string } & (
  { readonly labelSelector: string } | { readonly fieldSelector: string }
) {
  if (service === undefined) return { labelSelector: GATEWAY_SELECTOR };
  const [namespace = "", name = ""] = service.split("/");
  return { namespace, fieldSelector: `metadata.name=${name}` };
}

function keepEndpointSlice({ metadata, addressType, endpoints }: V1EndpointSlice): V1EndpointSlice {
  const { name = "", namespace = "", resourceVersion = "", labels = {} } = metadata ?? {};
  return {
    metadata: { name, namespace, resourceVersion, labels },
    addressType,
    // The list is null, against the schema, in slices without endpoints.
    endpoints: ((endpoints as V1EndpointSlice["endpoints"] | null) ?? []).map(({ conditions }) => ({
      addresses: [],
      ...(conditions === undefined ? {} : { conditions }),
    })),
  };
}

function keepService({ metadata, spec }: V1Service): V1Service {
  const { name = "", namespace = "", resourceVersion = "" } = metadata ?? {};
  const { selector, ports } = spec ?? {};
  return {
    metadata: { name, namespace, resourceVersion },
    spec: { ...(selector === undefined ? {} : { selector }), ...(ports === undefined ? {} : { ports }) },
  };
}

/** Follows a resource as plain data, in one namespace or in all. */
export function customInformer<T extends KubernetesObject>(
  context: SourceContext,
  { group, version, plural }: ResourcePath,
  namespace: string | undefined,
  options: Handlers<T> & Pick<InformerOptions<T>, "keep" | "optional" | "onCurrent" | "fieldSelector">,
): Informer<T> {
  const { objects } = context.clients;
  const { fieldSelector } = options;
  const query = { group, version, plural, ...(fieldSelector === undefined ? {} : { fieldSelector }) };
  const list = (): Promise<KubernetesListObject<T>> =>
    (namespace === undefined
      ? objects.listCustomObjectForAllNamespaces(query)
      : objects.listNamespacedCustomObject({ ...query, namespace })) as Promise<KubernetesListObject<T>>;
  return informer(context, collection(`/apis/${group}/${version}`, namespace, plural), list, options);
}

function informer<T extends KubernetesObject>(
  { config, log, metrics }: SourceContext,
  path: string,
  list: () => Promise<KubernetesListObject<T>>,
  options: Omit<InformerOptions<T>, "path" | "list" | "onError">,
): Informer<T> {
  return new Informer<T>(config, {
    ...options,
    path,
    list,
    onError: (error, retryIn) => {
      const context = { collection: path, retryInMs: Math.round(retryIn), err: error };
      if (options.optional && statusOf(error) === 404) {
        log.debug(context, "the cluster does not serve this collection");
        return;
      }
      metrics.informerErrors.inc({ collection: path });
      log.warn(context, "list or watch failed");
    },
  });
}

function collection(prefix: string, namespace: string | undefined, plural: string): string {
  return namespace === undefined ? `${prefix}/${plural}` : `${prefix}/namespaces/${namespace}/${plural}`;
}
