// The Component as far as the summary of its APIs needs it, and how an API names its Component.
import { type KubernetesObject } from "@kubernetes/client-node";
import { GROUP, type Segment } from "../../spec";
import { nameOf, type ApiObject, type ObjectKey } from "../kube/objects";

/** Plural of the kind Component. */
export const COMPONENTS = "components";

/** A Component as the cluster serves it, or as much of one as {@link keepComponent} keeps. */
export interface ComponentObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** The lists in a Component's status that have an entry for each API. */
export const LISTS = ["coreAPIs", "managementAPIs", "securityAPIs"] as const;

/** Name of one of these lists. */
export type ListName = (typeof LISTS)[number];

/** Which list has the APIs of a segment, and which segment's APIs a list has. */
export const SEGMENTS: readonly { readonly segment: Segment; readonly list: ListName }[] = [
  { segment: "coreFunction", list: "coreAPIs" },
  { segment: "managementFunction", list: "managementAPIs" },
  { segment: "securityFunction", list: "securityAPIs" },
];

type Fields = Readonly<Record<string, unknown>>;

/** A value as a record; empty when it is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** What to keep of a Component: its identity, the names of the APIs it declares, and its lists. */
export function keepComponent({ metadata, spec, status }: ComponentObject): ComponentObject {
  const { name = "", namespace = "", uid = "", resourceVersion = "", deletionTimestamp } = metadata ?? {};
  const declared = declaredNames(spec);
  const lists = fieldsOf(status);
  return {
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion,
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: Object.fromEntries(
      SEGMENTS.map(({ segment, list }) => [
        segment,
        { exposedAPIs: [...declared[list]].map((api) => ({ name: api })) },
      ]),
    ),
    status: Object.fromEntries(
      LISTS.filter((list) => lists[list] !== undefined).map((list) => [list, lists[list]]),
    ),
  };
}

/** The names in `spec.<segment>.exposedAPIs` of a Component, by the list that has these APIs. */
export function declaredNames(spec: unknown): Readonly<Record<ListName, ReadonlySet<string>>> {
  const names = {
    coreAPIs: new Set<string>(),
    managementAPIs: new Set<string>(),
    securityAPIs: new Set<string>(),
  };
  for (const { segment, list } of SEGMENTS) {
    const { exposedAPIs } = fieldsOf(fieldsOf(spec)[segment]);
    for (const api of Array.isArray(exposedAPIs) ? (exposedAPIs as readonly unknown[]) : []) {
      const { name } = fieldsOf(api);
      if (typeof name === "string") names[list].add(name);
    }
  }
  return names;
}

/** `components/namespace/name` of a Component. */
export function componentKey(component: ComponentObject): ObjectKey {
  return `${COMPONENTS}/${nameOf(component)}`;
}

/** The Component that owns an API. */
export interface Owner {
  readonly component: ObjectKey;
  readonly uid: string;
}

/** The Component that owns an API by its owner references; undefined when none does. */
export function ownerOf({ metadata }: ApiObject): Owner | undefined {
  const owner = metadata?.ownerReferences?.find(
    // The oldest charts spell their kinds in lower case.
    ({ apiVersion, kind }) => kind.toLowerCase() === "component" && apiVersion.startsWith(`${GROUP}/`),
  );
  if (owner === undefined) return undefined;
  return { component: `${COMPONENTS}/${metadata?.namespace ?? ""}/${owner.name}`, uid: owner.uid };
}
