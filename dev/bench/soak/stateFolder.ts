// What the state folder of an installation holds: stacks with their resources, and locks. The layout is that of Pulumi's
// state in files.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";

/** An object of the cluster as a stack or the cluster has it. */
export interface HeldObject {
  readonly kind: string;
  /** `namespace/name` */
  readonly id: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** One stack in the state. */
export interface StateStack {
  readonly name: string;
  readonly objects: readonly HeldObject[];
  /** URNs of resources that were replaced and are still to be deleted. */
  readonly undeleted: readonly string[];
  /** Operations whose end is not known to the state, which keeps those of creations until the stack is refreshed or deleted. */
  readonly pending: number;
}

/** One resource of a checkpoint, as far as it is read here. */
interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly delete?: boolean;
  readonly outputs?: {
    readonly kind?: string;
    readonly metadata?: {
      readonly namespace?: string;
      readonly name?: string;
      readonly uid?: string;
      readonly resourceVersion?: string;
    };
  };
}

interface Checkpoint {
  readonly checkpoint?: {
    readonly latest?: {
      readonly resources?: readonly Resource[] | null;
      readonly pending_operations?: readonly unknown[] | null;
    };
  };
}

/** Every stack of a project in a state folder. */
export function stacksIn(folder: string, project: string): readonly StateStack[] {
  const dir = join(folder, ".pulumi/stacks", project);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((file) => file.endsWith(".json"))
    .map((file) => stackOf(basename(file, ".json"), readFileSync(join(dir, file), "utf8")));
}

/** A stack from the text of its checkpoint. */
export function stackOf(name: string, text: string): StateStack {
  const { latest } = (JSON.parse(text) as Checkpoint).checkpoint ?? {};
  const resources = latest?.resources ?? [];
  return {
    name,
    objects: resources
      .filter(({ type, custom }) => custom === true && type.startsWith("kubernetes:"))
      .map(objectOf),
    undeleted: resources.filter((each) => each.delete === true).map(({ urn }) => urn),
    pending: latest?.pending_operations?.length ?? 0,
  };
}

/** Locks in a state folder: path, and whose it is. */
export function locksIn(folder: string): readonly string[] {
  const dir = join(folder, ".pulumi/locks");
  if (!existsSync(dir)) return [];
  return (
    readdirSync(dir, { recursive: true, withFileTypes: true })
      // What was not written to its end is no lock.
      .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        const { pid, timestamp } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
        return `${relative(dir, file)} of process ${String(pid)} since ${String(timestamp)}`;
      })
  );
}

function objectOf({ outputs }: Resource): HeldObject {
  const { namespace = "", name = "", uid = "", resourceVersion = "" } = outputs?.metadata ?? {};
  return { kind: outputs?.kind ?? "", id: `${namespace}/${name}`, uid, resourceVersion };
}
