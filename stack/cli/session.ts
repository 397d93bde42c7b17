// Sessions of processes. The engine gives each plugin a process group of its own, so a group signal would leave the
// plugins running; the session of the CLI process is what they share.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Kills the session that `leader` began. For a process this one has started and not yet reaped. */
export function killSession(leader: number): void {
  for (const pid of [leader, ...sessionMembers(leader)]) kill(pid);
}

/** A process and the moment it began: a pid alone may have been given to another process meanwhile. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the machine started; absent where there is no /proc. */
  readonly startTime?: number | undefined;
}

/** The identity of a process that runs now. */
export function identify(pid: number): ProcessIdentity {
  return { pid, startTime: statField(pid, START_TIME) };
}

/** Whether this very process still runs. */
export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return isAlive(pid) && statField(pid, START_TIME) === startTime && stat(pid)?.[STATE] !== ZOMBIE;
}

/**
 * Kills what is left of the session of a CLI process that an earlier process started. Where its pid is another
 * process now, nothing is left: the kernel keeps the pid of a session that has members.
 */
export function killAbandonedSession(leader: ProcessIdentity): void {
  if (isAlive(leader.pid) && statField(leader.pid, START_TIME) !== leader.startTime) return;
  for (const pid of [leader.pid, ...sessionMembers(leader.pid)].filter(isEngineProcess)) kill(pid);
}

/** Kills the session of a process where it still is the one that is meant; where that cannot be known, nothing. */
export function killOwnSession(leader: ProcessIdentity): void {
  if (leader.startTime !== undefined && isRunning(leader)) killSession(leader.pid);
}

/** Milliseconds a killed process may take to end, and between looks. */
const END_TIME = 2_000;
const END_INTERVAL = 10;

/** Waits until a process that was killed has ended; gives up on one that hangs in the kernel. */
export async function untilEnded(identity: ProcessIdentity): Promise<void> {
  const end = performance.now() + END_TIME;
  while (isRunning(identity) && performance.now() < end) await sleep(END_INTERVAL);
}

/** Whether the command line of a process is that of a Pulumi CLI or plugin. True where there is no /proc. */
function isEngineProcess(pid: number): boolean {
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
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => statField(pid, SESSION) === leader);
}

/** Fields of /proc/<pid>/stat (proc(5)), counted from the one after the command name, which stands in parentheses. */
const STATE = 0;
const SESSION = 3;
const START_TIME = 19;

/** State of a process that has ended and that nobody has waited for, as where the watcher is process 1 of its Pod. */
const ZOMBIE = "Z";

function statField(pid: number, field: number): number | undefined {
  const value = stat(pid)?.[field];
  return value === undefined ? undefined : Number(value);
}

function stat(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function hasProc(): boolean {
  return process.platform === "linux";
}
