// Who reaches the Pods of an implementation: a NetworkPolicy, which the network plugin of the cluster enforces.
import type * as kubernetes from "@pulumi/kubernetes";
import { type OwnedObject } from "../../ownedObject";
import {
  objectBesideApi,
  workloadOf,
  type Enforcement,
  type IstioArgs,
  type IstioPolicy,
} from "../istioPolicy";
import { podLabelsOf, podsUnknown } from "../pods";

const NETWORK_POLICY = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" } as const;

/** Label that Kubernetes keeps on every namespace. */
const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

function objects({ api, settings, context }: IstioArgs): readonly OwnedObject[] {
  const matchLabels = podLabelsOf(context);
  if (api.networkPolicy === undefined || matchLabels === undefined) return [];
  const { namespace, labels } = workloadOf(settings);
  const gateway = {
    namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: namespace } },
    podSelector: { matchLabels: { ...labels } },
  };
  const blocks = api.networkPolicy.cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const spec: kubernetes.types.input.networking.v1.NetworkPolicySpec = {
    podSelector: { matchLabels },
    policyTypes: ["Ingress"],
    ingress: [{ from: [gateway, ...blocks] }],
  };
  return [objectBesideApi(api, NETWORK_POLICY, spec)];
}

function enforcement({ api, context }: IstioArgs): Enforcement {
  if (podLabelsOf(context) === undefined) return { because: podsUnknown(api) };
  return {
    enforcedBy: `NetworkPolicy ${api.namespace}/${api.name}, where the network plugin of the cluster heeds it`,
  };
}

export const networkPolicy: IstioPolicy = { objects, enforcement };
