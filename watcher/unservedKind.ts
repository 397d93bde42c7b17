// Whether the cluster serves the kinds of objects that are about to be made.
import { type OwnedObject } from "../components";
import { type ClusterCache } from "./clusterCache";
import { type Clients } from "./kube/client";
import { servesKind } from "./kube/discovery";

/**
 * A kind of these objects that the cluster does not serve, as `Kind of group/version`; undefined where it serves them all,
 * or that cannot be told. Costs a request only where the cache has found one missing: its definition may have come since.
 */
export async function unservedKind(
  cache: Pick<ClusterCache, "ofUnservedKind" | "nowServed">,
  clients: Clients,
  objects: readonly OwnedObject[],
): Promise<string | undefined> {
  const missing = cache.ofUnservedKind(objects);
  if (missing === undefined) return undefined;
  const { apiVersion, kind } = missing;
  const isServed = await servesKind(clients, missing);
  if (isServed === false) return `${kind} of ${apiVersion}`;
  if (isServed) cache.nowServed(missing);
  return undefined;
}
