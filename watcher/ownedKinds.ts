// The kinds of object that components keep, or on which they set fields.
import { type GatewaySettings } from "../components";
import { type OwnedKind, type WorkloadKind } from "./clusterCache";

/** Kinds whose objects are made for an API and carry its name. */
export function ownedKinds({ apiVersion }: GatewaySettings): readonly OwnedKind[] {
  const [group = "", version = ""] = apiVersion.split("/");
  return [
    { kind: "VirtualService", group, version, plural: "virtualservices" },
    { kind: "ServiceMonitor", group: "monitoring.coreos.com", version: "v1", plural: "servicemonitors" },
  ];
}

/** Kinds whose pod templates carry the annotations of metrics APIs. */
export const workloadKinds: readonly WorkloadKind[] = [
  { kind: "Deployment", group: "apps", version: "v1", plural: "deployments" },
  { kind: "StatefulSet", group: "apps", version: "v1", plural: "statefulsets" },
  { kind: "DaemonSet", group: "apps", version: "v1", plural: "daemonsets" },
];
