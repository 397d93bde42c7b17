// The objects a cluster has where a platform team runs an Istio ingress gateway.
import { type GatewayWorkload } from "./envoy";
import { type Manifest } from "./objects";

/** Name of the gateway's Service and service account. */
export const GATEWAY_NAME = "istio-ingressgateway";

/** Ports the gateway listens on, on 127.0.0.1. Its Service has 80 and 443 in front of them. */
export interface GatewayPorts {
  readonly http: number;
  readonly https: number;
}

/** Namespace, service account with its role, and Service of a gateway. Istio knows from the Service what a port of a Gateway stands for. */
export function gatewayObjects({ namespace, labels }: GatewayWorkload, ports: GatewayPorts): Manifest[] {
  const metadata = { name: GATEWAY_NAME, namespace, labels };
  const targets = [
    { name: "http2", port: 80, targetPort: ports.http },
    { name: "https", port: 443, targetPort: ports.https },
  ];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    ...mayReadSecrets(namespace),
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: targets } },
    listenOnLoopback(),
  ];
}

/** Istio hands out the Secret of a certificate only to who may read Secrets in that namespace. */
function mayReadSecrets(namespace: string): Manifest[] {
  const metadata = { name: `${GATEWAY_NAME}-sds`, namespace };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "watch", "list"] }];
  const subjects = [{ kind: "ServiceAccount", name: GATEWAY_NAME, namespace }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name };
  return [
    { apiVersion, kind: "Role", metadata, rules },
    { apiVersion, kind: "RoleBinding", metadata, subjects, roleRef },
  ];
}

/** Istio has gateways listen on all interfaces; the tests must not be reached from outside. */
function listenOnLoopback(): Manifest {
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: "listen-on-loopback", namespace: "istio-system" },
    spec: {
      configPatches: [
        {
          applyTo: "LISTENER",
          match: { context: "GATEWAY" },
          patch: {
            operation: "MERGE",
            value: { address: { socket_address: { address: "127.0.0.1" } } },
          },
        },
      ],
    },
  };
}
