// Processes that outlive the engine that has started them.
import { existsSync, readdirSync } from "node:fs";
import { readProc } from "../proc";
import { processTree, roleOf } from "../processes";

/** Processes of an engine over a state folder that are still there, a sentence for each; none where there is no /proc. */
export function leftOver(stateDir: string): readonly string[] {
  if (!existsSync("/proc")) return [];
  // A worker is told its settings by messages, so that its environment says nothing of them; it is a child.
  const workers = processTree(process.pid).filter(({ role }) => role === "workers");
  const engines = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && readProc(pid, "environ")?.includes(`file://${stateDir}`));
  return [...workers.map(({ pid }) => pid), ...engines].map((pid) => {
    const command = (readProc(pid, "cmdline") ?? "").split("\0");
    return `a process of the ${roleOf(command)} is left: ${command.join(" ")}`;
  });
}
