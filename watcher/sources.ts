// The collections the watcher follows, each an informer.
import {
  type CoreV1Api,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  type V1EndpointSlice,
  type V1Service,
} from "@kubernetes/client-node";
import { GROUP } from "../spec";
import { GATEWAY_SELECTOR } from "./gatewayAddress";
import { type Clients } from "./kube/client";
import { Informer } from "./kube/informer";
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
interface Handlers<T> {
  readonly onUpsert: (object: T) => void;
  readonly onDelete: (object: T) => void;
}

/** Follows the API objects of one kind in one namespace, or in all. */
export function apiInformer(
  context: SourceContext,
  { plural, version }: ApiResource,
  namespace: string | undefined,
  handlers: Handlers<ApiObject>,
): Informer<ApiObject> {
  const { objects } = context.clients;
  const list = (): Promise<KubernetesListObject<ApiObject>> =>
    namespace === undefined
      ? (objects.listCustomObjectForAllNamespaces({
          group: GROUP,
          version,
          plural,
        }) as Promise<KubernetesListObject<ApiObject>>)
      : (objects.listNamespacedCustomObject({ group: GROUP, version, namespace, plural }) as Promise<
          KubernetesListObject<ApiObject>
        >);
  return informer(context, collection(`/apis/${GROUP}/${version}`, namespace, plural), list, handlers);
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
  return informer(context, path, list, handlers);
}

/** Follows the Services of ingress gateways in every namespace. */
export function gatewayServiceInformer(
  context: SourceContext,
  handlers: Handlers<V1Service>,
): Informer<V1Service> {
  const core: CoreV1Api = context.clients.core;
  const list = (): Promise<KubernetesListObject<V1Service>> =>
    core.listServiceForAllNamespaces({ labelSelector: GATEWAY_SELECTOR });
  return informer(context, "/api/v1/services", list, handlers, GATEWAY_SELECTOR);
}

function informer<T extends KubernetesObject>(
  { config, log, metrics }: SourceContext,
  path: string,
  list: () => Promise<KubernetesListObject<T>>,
  handlers: Handlers<T>,
  labelSelector?: string,
): Informer<T> {
  return new Informer<T>(config, {
    path,
    list,
    ...handlers,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    onError: (error, retryIn) => {
      metrics.informerErrors.inc({ collection: path });
      log.warn({ collection: path, retryInMs: Math.round(retryIn), err: error }, "list or watch failed");
    },
  });
}

function collection(prefix: string, namespace: string | undefined, plural: string): string {
  return namespace === undefined ? `${prefix}/${plural}` : `${prefix}/namespaces/${namespace}/${plural}`;
}
