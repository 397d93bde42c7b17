// What an earlier watcher left at the Istio gateway for all APIs: looked for once, for it holds whether an API needs it or not.
import { isDeepStrictEqual } from "node:util";
import { objectId, platformObjects, type IstioSettings, type OwnedObject } from "../components";
import { holdOf } from "./drift/deviation";
import { type DriftMode } from "./drift/driftDetector";
import { managedFieldsOf, type LiveObject } from "./drift/liveObject";
import { statusOf, type Clients } from "./kube/client";
import { policyKinds } from "./ownedKinds";
import { type ResourcePath } from "./sources";

type Found = LiveObject & { readonly kind: string };

/**
 * Whether what all APIs share at the gateway is there, and not as the settings have it: with other contents, or in a
 * namespace that is not the gateway's any more. Where it may not be looked for, it was not made either.
 *
 * @param mode in `report` contents that somebody else changed are left to the detection of drift
 * @throws the client's error when the API server does not answer.
 */
export async function isSharedOutdated(
  clients: Pick<Clients, "objects">,
  gateway: IstioSettings,
  mode: DriftMode,
): Promise<boolean> {
  const declared = platformObjects(gateway);
  const found = await Promise.all(kindsOf(gateway).map((kind) => findAll(clients, kind, declared)));
  const byId = new Map(declared.map((object) => [objectId(object), object]));
  return found.flat().some((live) => {
    const { name = "", namespace = "" } = live.metadata ?? {};
    const wanted = byId.get(objectId({ kind: live.kind, namespace, name }));
    if (wanted === undefined) return true;
    const isSame = isDeepStrictEqual(live.spec, JSON.parse(JSON.stringify(wanted.fields["spec"])));
    return !isSame && (mode === "correct" || holdOf(wanted, live) === "free");
  });
}

interface Kind extends ResourcePath {
  readonly kind: string;
}

/** The kinds that do something to requests of every API. */
function kindsOf({ apiVersion }: IstioSettings): readonly Kind[] {
  const [, version = ""] = apiVersion.split("/");
  return [
    { kind: "EnvoyFilter", group: "networking.istio.io", version: "v1alpha3" },
    { kind: "RequestAuthentication", group: "security.istio.io", version },
  ].map((each) => ({ ...each, plural: policyKinds[each.kind]?.plural ?? "" }));
}

/** Those that were made for all APIs, in any namespace; where not all may be seen, in that of the gateway. */
async function findAll(
  { objects }: Pick<Clients, "objects">,
  { kind, group, version, plural }: Kind,
  [shared]: readonly OwnedObject[],
): Promise<readonly Found[]> {
  if (shared === undefined) return [];
  const { fieldManager, name, namespace } = shared;
  const query = { group, version, plural, fieldSelector: `metadata.name=${name}` };
  const everywhere = await listed(() => objects.listCustomObjectForAllNamespaces(query));
  const items =
    everywhere ?? (await listed(() => objects.listNamespacedCustomObject({ ...query, namespace })));
  return (items ?? [])
    .filter((item) => item.metadata?.name === name)
    .filter((item) => managedFieldsOf(item).some(({ manager }) => manager === fieldManager))
    .map((item) => ({ ...item, kind }));
}

/** Items of a list; none where the cluster does not serve it, undefined where it is forbidden. */
async function listed(list: () => Promise<unknown>): Promise<readonly LiveObject[] | undefined> {
  try {
    const { items = [] } = (await list()) as { readonly items?: readonly LiveObject[] };
    return items;
  } catch (error) {
    if (statusOf(error) === 404) return [];
    if (statusOf(error) === 403) return undefined;
    throw error;
  }
}
