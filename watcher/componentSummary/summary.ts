// What the status of a Component says of its APIs. A pure function of the Component and the APIs.
import { isDeepStrictEqual } from "node:util";
import { type ApiObject } from "../kube/objects";
import { declaredNames, fieldsOf, LISTS, SEGMENTS, type ComponentObject, type ListName } from "./component";

/** What is known of APIs. */
export interface KnownApis {
  /** The APIs that the Component owns. */
  readonly own: readonly ApiObject[];
  /** Whether any API has this uid. */
  readonly exists: (uid: string) => boolean;
  /** Whether an API of this uid was the Component's and is not any more. */
  readonly left: (uid: string) => boolean;
}

/** Lists of a Component's status, each as it should be. */
export type ChangedLists = Readonly<Partial<Record<ListName, readonly unknown[]>>>;

/** Lists as read. One of another shape has no place here: it is somebody else's, and stays as it is. */
type Lists = ReadonlyMap<ListName, readonly unknown[]>;

/** An entry of a list, and which. */
interface Place {
  readonly list: ListName;
  readonly entry: Readonly<Record<string, unknown>>;
}

/**
 * The lists of a Component's status that are not what they should be; undefined when all are.
 *
 * Entries are `{name, uid, url, developerUI, ready}` as TM Forum's component operator and API operators share them. It
 * makes them and finds them by name, they find them by the API's uid. Here too an entry is found by its uid, and the
 * fields that say nothing of the API are kept. Entries that belong to no API of the Component are kept, but for those
 * of APIs that are gone: those in `left`, and those with a `url`, which only an API has that was served.
 */
export function changedLists(component: ComponentObject, apis: KnownApis): ChangedLists | undefined {
  const lists = readLists(component.status);
  const wanted = wantedPlaces(component, lists, apis.own);
  const changes: Partial<Record<ListName, readonly unknown[]>> = {};
  for (const [name, list] of lists) {
    const next = nextList(name, list, wanted, apis);
    if (!isDeepStrictEqual(next, list)) changes[name] = next;
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}

function readLists(status: unknown): Lists {
  const fields = fieldsOf(status);
  return new Map(
    LISTS.flatMap((name): [ListName, readonly unknown[]][] => {
      const list = fields[name] ?? [];
      return Array.isArray(list) ? [[name, list]] : [];
    }),
  );
}

/** Where each API of the Component is to stand, and as what, by its uid. */
function wantedPlaces(
  component: ComponentObject,
  lists: Lists,
  own: readonly ApiObject[],
): ReadonlyMap<string, Place> {
  const found = foundPlaces(lists);
  const declared = declaredNames(component.spec);
  const wanted = new Map<string, Place>();
  for (const api of own) {
    const { uid = "", deletionTimestamp } = api.metadata ?? {};
    const place = found.get(uid);
    // An API that is about to go is not announced.
    if (place === undefined && deletionTimestamp !== undefined) continue;
    const list = listOf(api, declared, place?.list);
    if (list === undefined || !lists.has(list)) continue;
    wanted.set(uid, { list, entry: entryOf(api, place?.entry) });
  }
  return wanted;
}

function foundPlaces(lists: Lists): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>();
  for (const [list, entries] of lists) {
    for (const entry of entries) {
      const uid = uidOf(entry);
      if (uid !== undefined && !found.has(uid)) found.set(uid, { list, entry: fieldsOf(entry) });
    }
  }
  return found;
}

/**
 * The list an API belongs in, which stands in `current` so far, if in any; undefined when it belongs in none.
 *
 * The Component's own spec comes first. The component operator deletes an API that stands in a list whose segment does
 * not declare it, and before v1 it set no `spec.segment`, which reads as the default at v1. So an entry is neither
 * made nor moved against the Component's spec, and `spec.segment` decides where that declares no API at all.
 */
function listOf(
  { spec }: ApiObject,
  declared: Readonly<Record<ListName, ReadonlySet<string>>>,
  current: ListName | undefined,
): ListName | undefined {
  const { name, segment } = fieldsOf(spec);
  const asked = SEGMENTS.find((one) => one.segment === segment)?.list;
  const declaring = LISTS.filter((list) => typeof name === "string" && declared[list].has(name));
  if (declaring.length > 0)
    return [asked, current].find((list) => list && declaring.includes(list)) ?? declaring[0];
  if (LISTS.some((list) => declared[list].size > 0)) return current;
  return asked ?? current ?? "coreAPIs";
}

/**
 * The entry of an API. `ready` is that of the implementation, as the component operator copies it: the two must agree,
 * or each would undo what the other wrote, without end. Whether the API is served as well shows in `url`.
 */
function entryOf(api: ApiObject, before: Place["entry"] = {}): Place["entry"] {
  const apiStatus = api.status?.["apiStatus"];
  const { url, developerUI } = fieldsOf(apiStatus);
  const { ready } = fieldsOf(api.status?.["implementation"]);
  const others = Object.entries(before).filter(([field]) => field !== "url" && field !== "developerUI");
  return {
    name: api.metadata?.name ?? "",
    ...Object.fromEntries(others),
    uid: api.metadata?.uid ?? "",
    ready: apiStatus !== undefined && ready === true,
    ...(typeof url === "string" ? { url } : {}),
    ...(typeof developerUI === "string" ? { developerUI } : {}),
  };
}

/** One list as it should be: entries stay where they stand, new ones follow in the order of their names. */
function nextList(
  name: ListName,
  list: readonly unknown[],
  wanted: ReadonlyMap<string, Place>,
  { exists, left }: KnownApis,
): readonly unknown[] {
  const placed = new Set<string>();
  const next = list.flatMap((entry) => {
    const uid = uidOf(entry);
    if (uid === undefined) return [entry];
    const place = wanted.get(uid);
    if (place === undefined) {
      const isGone = left(uid) || (!exists(uid) && typeof fieldsOf(entry)["url"] === "string");
      return isGone ? [] : [entry];
    }
    if (place.list !== name || placed.has(uid)) return [];
    placed.add(uid);
    return [place.entry];
  });
  const added = [...wanted]
    .filter(([uid, place]) => place.list === name && !placed.has(uid))
    .map(([, { entry }]) => entry);
  return [...next, ...added.sort((a, b) => (String(a["name"]) < String(b["name"]) ? -1 : 1))];
}

function uidOf(entry: unknown): string | undefined {
  const { uid } = fieldsOf(entry);
  return typeof uid === "string" ? uid : undefined;
}
