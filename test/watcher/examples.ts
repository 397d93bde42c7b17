/** What the tests of the watcher share. */
import { type ApiResource } from "../../watcher/kube/objects";
import { type Json } from "../spec/examples";
import { type Stored } from "../support/kubernetesServer";

/** ExposedAPI as TM Forum's charts have it: without a status subresource. */
export const exposedApis: ApiResource = {
  kind: "ExposedAPI",
  servedKind: "ExposedAPI",
  plural: "exposedapis",
  version: "v1",
  statusSubresource: false,
};

/** The older kind as the oldest charts have it. */
export const apis: ApiResource = {
  kind: "API",
  servedKind: "api",
  plural: "apis",
  version: "v1beta3",
  statusSubresource: false,
};

/** An EndpointSlice, of the implementation unless another Service is named. */
export const slice = (name: string, ready: boolean, service = "r1-prodcatapi"): Stored & Json => ({
  metadata: { name, namespace: "components", labels: { "kubernetes.io/service-name": service } },
  addressType: "IPv4",
  endpoints: [{ addresses: ["10.1.0.1"], conditions: { ready } }],
});

/** The Service of a gateway. */
export const gateway = (ip: string, namespace = "istio-ingress"): Stored & Json => ({
  metadata: { name: "gateway", namespace, labels: { istio: "ingressgateway" } },
  spec: { ports: [{ name: "http2", port: 80 }] },
  status: { loadBalancer: { ingress: [{ ip }] } },
});
