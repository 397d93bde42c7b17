// Services, EndpointSlices and the gateway's Service, as the tests put them into a cluster.
import {
  PatchStrategy,
  setHeaderOptions,
  type V1EndpointSlice,
  type V1Service,
} from "@kubernetes/client-node";
import { statusOf } from "../../../watcher/kube/client";
import { NAMESPACE, type Cluster } from "./cluster";

const GATEWAY = { name: "istio-ingressgateway", namespace: "istio-system" } as const;

const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** Creates the Service of an implementation, without a selector: its slices are the test's. */
export async function createService(cluster: Cluster, name: string): Promise<void> {
  await cluster.clients.core.createNamespacedService({
    namespace: NAMESPACE,
    body: { metadata: { name }, spec: { ports: [{ port: 8080 }] } },
  });
}

export async function deleteService(cluster: Cluster, name: string): Promise<void> {
  await cluster.clients.core.deleteNamespacedService({ namespace: NAMESPACE, name });
}

/** Creates or replaces an EndpointSlice of a Service, of IPv6 where its name says so. */
export async function putSlice(
  cluster: Cluster,
  service: string,
  name: string,
  ...conditions: readonly { readonly ready?: boolean; readonly terminating?: boolean }[]
): Promise<void> {
  const isIPv6 = name.includes("ipv6");
  const body: V1EndpointSlice = {
    metadata: { name, namespace: NAMESPACE, labels: { "kubernetes.io/service-name": service } },
    addressType: isIPv6 ? "IPv6" : "IPv4",
    endpoints: conditions.map((each, index) => ({
      addresses: [isIPv6 ? `2001:db8::${index + 1}` : `192.0.2.${index + 1}`],
      conditions: each,
    })),
    ports: [{ port: 8080 }],
  };
  const { discovery } = cluster.clients;
  try {
    await discovery.createNamespacedEndpointSlice({ namespace: NAMESPACE, body });
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    await discovery.replaceNamespacedEndpointSlice({ name, namespace: NAMESPACE, body });
  }
}

export async function deleteSlice(cluster: Cluster, name: string): Promise<void> {
  await cluster.clients.discovery.deleteNamespacedEndpointSlice({ namespace: NAMESPACE, name });
}

/** Changes the spec of the gateway's Service, or of another in its namespace. */
export async function patchGateway(
  cluster: Cluster,
  spec: V1Service["spec"] | Record<string, unknown>,
  name: string = GATEWAY.name,
): Promise<void> {
  await cluster.clients.core.patchNamespacedService(
    { namespace: GATEWAY.namespace, name, body: { spec } },
    mergePatch,
  );
}

/** Changes what the load balancer of the gateway's Service says, or of another in its namespace. */
export async function patchLoadBalancer(
  cluster: Cluster,
  ingress: readonly { readonly ip?: string; readonly hostname?: string }[],
  name: string = GATEWAY.name,
): Promise<void> {
  await cluster.clients.core.patchNamespacedServiceStatus(
    { namespace: GATEWAY.namespace, name, body: { status: { loadBalancer: { ingress } } } },
    mergePatch,
  );
}

/** Creates a Service of a gateway, without an address. */
export async function createGateway(
  cluster: Cluster,
  name: string = GATEWAY.name,
  labels: Record<string, string> = { istio: "ingressgateway" },
): Promise<void> {
  await cluster.clients.core.createNamespacedService({
    namespace: GATEWAY.namespace,
    body: {
      metadata: { name, labels },
      spec: { type: "LoadBalancer", ports: [{ name: "http2", port: 80 }] },
    },
  });
}

export async function deleteGateway(cluster: Cluster, name: string = GATEWAY.name): Promise<void> {
  await cluster.clients.core.deleteNamespacedService({ namespace: GATEWAY.namespace, name });
}
