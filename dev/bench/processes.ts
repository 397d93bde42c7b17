// The processes of a watcher, by what they do: who descends from whom, as the kernel tells it.
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { readProc, statOf } from "./proc";

/** What a process of a watcher does. */
export const roles = ["watcher", "workers", "engine", "providers", "cli", "others"] as const;

/**
 * `watcher`: the one that was started; `workers`: run the programs of stacks; `engine`: the warm engine; `providers`:
 * Pulumi's plugins for resources; `cli`: the Pulumi CLI and its language host.
 */
export type Role = (typeof roles)[number];

/** One process. */
export interface Member {
  readonly pid: number;
  readonly role: Role;
}

/** A process and all that descend from it; none where there is no such process or no /proc. */
export function processTree(root: number): readonly Member[] {
  if (statOf(root) === undefined) return [];
  const children = childrenByParent();
  const pids = [root];
  // Grows while it is walked.
  for (const pid of pids) pids.push(...(children.get(pid) ?? []));
  return pids.map((pid) => ({ pid, role: pid === root ? "watcher" : roleOf(commandLine(pid)) }));
}

/** Processes below one whose program has a name. */
export function programsBelow(root: number, names: readonly string[]): readonly number[] {
  return processTree(root)
    .map(({ pid }) => pid)
    .filter((pid) => names.includes(basename(commandLine(pid)[0] ?? "")));
}

/** What a process does, by its command line. */
export function roleOf(command: readonly string[]): Role {
  const program = basename(command[0] ?? "");
  if (program === "pulumi-warm-engine") return "engine";
  if (program.startsWith("pulumi-resource-")) return "providers";
  if (program.startsWith("pulumi")) return "cli";
  return command.some((argument) => /\/pool\/worker\.[jt]s$/.test(argument)) ? "workers" : "others";
}

function commandLine(pid: number): readonly string[] {
  return (readProc(pid, "cmdline") ?? "").split("\0");
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = statOf(Number(entry))?.parent;
    if (parent === undefined) continue;
    const siblings = children.get(parent) ?? [];
    children.set(parent, siblings);
    siblings.push(Number(entry));
  }
  return children;
}
