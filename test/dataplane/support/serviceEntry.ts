// Servers on the loopback interface as Services of the cluster.
import { type Manifest } from "../../../dev/dataPlane";

/**
 * Has the gateway find a server on 127.0.0.1 as the Service `name` with port 8080. A Service with endpoints would not
 * do: Kubernetes refuses loopback addresses in them.
 */
export function serviceEntry(namespace: string, name: string, port: number): Manifest {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name, namespace },
    spec: {
      hosts: [`${name}.${namespace}.svc.cluster.local`],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ number: 8080, name: "http", protocol: "HTTP" }],
      endpoints: [{ address: "127.0.0.1", ports: { http: port } }],
    },
  };
}
