// The Services behind the APIs of a benchmark, and their endpoints.
import { PatchStrategy, setHeaderOptions, type V1Endpoint } from "@kubernetes/client-node";
import { type Clients } from "../../watcher/kube/client";
import { NAMESPACE } from "./installation";

const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** The Service behind an API. */
export function serviceName(api: string): string {
  return `${api}-svc`;
}

/** The API behind which a Service stands; the inverse of {@link serviceName}. */
export function apiName(service: string): string {
  return service.replace(/-svc$/, "");
}

/** Makes and changes the Services of one namespace. They have no selector, so that no controller changes them. */
export class BenchServices {
  constructor(
    private readonly clients: Clients,
    private readonly namespace = NAMESPACE,
  ) {}

  /** Creates the Service of an API and its EndpointSlice. */
  async create(api: string, ready: boolean): Promise<void> {
    const { namespace } = this;
    const name = serviceName(api);
    await Promise.all([
      this.clients.core.createNamespacedService({
        namespace,
        body: { metadata: { name, namespace }, spec: { ports: [{ port: 8080 }] } },
      }),
      this.clients.discovery.createNamespacedEndpointSlice({
        namespace,
        body: {
          metadata: { name, namespace, labels: { "kubernetes.io/service-name": name } },
          addressType: "IPv4",
          endpoints: [endpoint(ready)],
          ports: [{ port: 8080 }],
        },
      }),
    ]);
  }

  /** Makes the endpoint of an API ready, or not ready. */
  async setReady(api: string, ready: boolean): Promise<void> {
    await this.clients.discovery.patchNamespacedEndpointSlice(
      { namespace: this.namespace, name: serviceName(api), body: { endpoints: [endpoint(ready)] } },
      mergePatch,
    );
  }
}

function endpoint(ready: boolean): V1Endpoint {
  return { addresses: ["192.0.2.10"], conditions: { ready, serving: ready, terminating: false } };
}
