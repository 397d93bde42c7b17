// Sessions of processes. The engine gives each plugin a process group of its own, so a group signal would leave the
// plugins running; the session of the CLI process is what they share.
import { readdirSync, readFileSync } from "node:fs";

/** Kills the session that `leader` began. For a process this one has started and not yet reaped. */
export function killSession(leader: number): void {
  for (const pid of [leader, ...sessionMembers(leader)]) kill(pid);
}

/**
 * Kills what is left of a CLI process that an earlier process started. A pid may have been given to another
 * program meanwhile, so only processes of the engine are touched.
 */
export function killEngineSession(leader: number): void {
  for (const pid of [leader, ...sessionMembers(leader)].filter(isEngineProcess)) kill(pid);
}

/** Whether a process exists and is a Pulumi CLI or plugin. Where there is no /proc, whether it exists. */
export function isEngineProcess(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    return !hasProc();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

function sessionMembers(leader: number): number[] {
  if (!hasProc()) return [];
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && sessionOf(entry) === leader)
    .map(Number);
}

/** Session id from /proc/<pid>/stat: the fourth field after the command name, which stands in parentheses. */
function sessionOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
  } catch {
    return undefined;
  }
}

function hasProc(): boolean {
  return process.platform === "linux";
}
