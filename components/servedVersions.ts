// Objects whose API a cluster starts to serve in a newer version.
import type * as pulumi from "@pulumi/pulumi";
import { type OwnedObject } from "./ownedObject";

/** API groups of Istio whose objects are declared in the version that the cluster serves. */
const GROUPS = ["networking.istio.io", "security.istio.io"];

const OTHER_VERSION: ReadonlyMap<string, string> = new Map([
  ["v1", "v1beta1"],
  ["v1beta1", "v1"],
]);

/** Types that the resource of an object may have had: it changes type, and the object in the cluster is kept. */
export function otherVersions({ apiVersion, kind }: OwnedObject): pulumi.Alias[] {
  const [group = "", version = ""] = apiVersion.split("/");
  const other = OTHER_VERSION.get(version);
  return other === undefined || !GROUPS.includes(group)
    ? []
    : [{ type: `kubernetes:${group}/${other}:${kind}` }];
}
