/** Components and their APIs for the tests of the summary. */
import { type ComponentObject } from "../../../watcher/componentSummary/component";
import { type ApiObject } from "../../../watcher/kube/objects";
import { type Json } from "../../spec/examples";

export const COMPONENT_UID = "uid-component";

/** What the tests vary in an API. */
export interface Variation {
  readonly segment?: string;
  readonly url?: string;
  readonly developerUI?: string;
  readonly ready?: boolean;
  /** Whether it has a status at all. */
  readonly served?: boolean;
  readonly deleting?: boolean;
  /** Name and uid of the Component that owns it; null when none does. */
  readonly owner?: { readonly name: string; readonly uid: string } | null;
  readonly uid?: string;
}

/** An API named `name` whose `spec.name` is the same, ready and served at `https://host/name`. */
export function api(name: string, variation: Variation = {}): ApiObject {
  const { segment, developerUI, ready = true, served = true, deleting = false } = variation;
  const { owner = { name: "shop", uid: COMPONENT_UID }, uid = `uid-${name}` } = variation;
  const url = "url" in variation ? variation.url : `https://host/${name}`;
  const reference = { apiVersion: "oda.tmforum.org/v1", kind: "Component", ...owner } as const;
  return {
    metadata: {
      name,
      namespace: "components",
      uid,
      ...(owner === null ? {} : { ownerReferences: [{ name: "", uid: "", ...reference }] }),
      ...(deleting ? { deletionTimestamp: new Date(0) } : {}),
    },
    spec: { name, ...(segment === undefined ? {} : { segment }) },
    ...(served
      ? {
          status: {
            apiStatus: {
              name,
              uid: "uid-of-route",
              path: `/${name}`,
              ...(url === undefined ? {} : { url }),
              ...(developerUI === undefined ? {} : { developerUI }),
            },
            implementation: { ready },
          },
        }
      : {}),
  };
}

/** The entry of a ready API as it is when nothing else wrote into it. */
export function entry(name: string, changes: Json = {}): Json {
  return { name, uid: `uid-${name}`, ready: true, url: `https://host/${name}`, ...changes };
}

/** The entry of an API as the component operator makes it. */
export function announced(name: string): Json {
  return { name, uid: `uid-${name}`, ready: false };
}

/** A Component with a status, which declares APIs by segment. */
export function component(
  status?: Json,
  declared: Readonly<Record<string, readonly string[]>> = {},
): ComponentObject {
  return {
    metadata: { name: "shop", namespace: "components", uid: COMPONENT_UID, resourceVersion: "1" },
    spec: Object.fromEntries(
      Object.entries(declared).map(([segment, names]) => [
        segment,
        { exposedAPIs: names.map((name) => ({ name })) },
      ]),
    ),
    ...(status === undefined ? {} : { status }),
  };
}
