// Whether the stacks of a soak, the cluster and what was declared last are one and the same.
import { type KubernetesObject } from "@kubernetes/client-node";
import { type Clients } from "../../../watcher/kube/client";
import { pathOf, type SoakStack } from "./soakStack";
import { type HeldObject, type StateStack } from "./stateFolder";

/** An object of the cluster, with the path that it routes where it does. */
export interface LiveObject extends HeldObject {
  readonly path?: string;
}

/** The kinds of objects that the programs of a soak declare. */
const KINDS = [
  { kind: "VirtualService", group: "networking.istio.io", version: "v1", plural: "virtualservices" },
  { kind: "ServiceMonitor", group: "monitoring.coreos.com", version: "v1", plural: "servicemonitors" },
] as const;

/** Every object of those kinds in all namespaces. */
export async function liveObjects({ objects }: Clients): Promise<readonly LiveObject[]> {
  const lists = await Promise.all(
    KINDS.map(async ({ kind, ...resource }) => {
      const list: unknown = await objects.listClusterCustomObject(resource);
      return (list as { readonly items: readonly Route[] }).items.map((object) => liveObject(kind, object));
    }),
  );
  return lists.flat();
}

/** A VirtualService, or an object without routes. */
interface Route extends KubernetesObject {
  readonly spec?: {
    readonly http?: readonly {
      readonly match?: readonly { readonly uri?: { readonly prefix?: string } }[];
    }[];
  };
}

function liveObject(kind: string, { metadata, spec }: Route): LiveObject {
  const { namespace = "", name = "", uid = "", resourceVersion = "" } = metadata ?? {};
  const path = spec?.http?.[0]?.match?.[0]?.uri?.prefix;
  return { kind, id: `${namespace}/${name}`, uid, resourceVersion, ...(path !== undefined && { path }) };
}

/** What is lost, doubled, left over or not what the state says, a sentence for each. */
export function differences(state: readonly StateStack[], live: readonly LiveObject[]): string[] {
  const liveByKey = new Map(live.map((object) => [keyOf(object), object]));
  const holders = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, objects, undeleted } of state) {
    problems.push(...undeleted.map((urn) => `stack ${name} still has to delete ${urn}`));
    for (const held of objects) {
      const key = keyOf(held);
      const other = holders.get(key);
      if (other !== undefined) problems.push(`${key} is doubled: in the stacks ${other} and ${name}`);
      holders.set(key, name);
      problems.push(...compared(name, held, liveByKey.get(key)));
    }
  }
  const orphans = [...liveByKey.keys()].filter((key) => !holders.has(key));
  return [...problems, ...orphans.map((key) => `${key} is in the cluster and in no stack`)];
}

function compared(stack: string, held: HeldObject, live: HeldObject | undefined): string[] {
  const key = keyOf(held);
  if (live === undefined) return [`${key} is lost: in the stack ${stack} and not in the cluster`];
  if (live.uid !== held.uid) return [`${key} is another object than that of the stack ${stack}`];
  if (live.resourceVersion !== held.resourceVersion) {
    return [`${key} is at another version than the stack ${stack} says`];
  }
  return [];
}

/** Where the cluster or the state does not have what the last runs declared. */
export function unfulfilled(
  stacks: readonly SoakStack[],
  state: readonly StateStack[],
  live: readonly LiveObject[],
): string[] {
  const names = new Set(state.map(({ name }) => name));
  const certain = stacks.filter(({ givenUp }) => !givenUp);
  const problems = certain.flatMap(({ name, stack, exists, declared }) => {
    const of = (kind: string): LiveObject | undefined =>
      live.find((object) => object.kind === kind && object.id.endsWith(`/${name}`));
    const path = declared && pathOf(name, declared);
    return [
      ...(names.has(stack) === exists ? [] : [`stack ${stack} ${exists ? "is missing" : "is left over"}`]),
      ...(of("VirtualService")?.path === path
        ? []
        : [`${name} is routed at ${of("VirtualService")?.path ?? "nothing"}, not at ${path ?? "nothing"}`]),
      ...((of("ServiceMonitor") !== undefined) === (declared?.metrics ?? false)
        ? []
        : [
            `${name} has ${declared?.metrics ? "no ServiceMonitor" : "a ServiceMonitor that it must not have"}`,
          ]),
    ];
  });
  const known = new Set(stacks.map(({ stack }) => stack));
  const strange = [...names].filter((name) => !known.has(name));
  return [...problems, ...strange.map((name) => `stack ${name} is nobody's`)];
}

function keyOf({ kind, id }: HeldObject): string {
  return `${kind} ${id}`;
}
