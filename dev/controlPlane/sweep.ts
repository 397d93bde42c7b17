import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { commandLine, isAlive } from "./processes";
import { waitFor } from "./waitFor";

const PREFIX = "oda-api-controlplane-";

/** A directory this young may belong to a start that has not come as far as writing its supervisor's id. */
const GRACE_MS = 60_000;

/** A new, empty instance directory under the system's temporary directory, readable by this user only. */
export function createInstanceDir(parent = tmpdir()): Promise<string> {
  return mkdtemp(path.join(parent, PREFIX));
}

/**
 * Removes what instances left behind whose supervisor is dead (killed together with its parent, or by a
 * reboot): first their servers, then their directory.
 *
 * @returns the directories removed
 */
export async function sweepStaleInstances(parent = tmpdir()): Promise<string[]> {
  const removed: string[] = [];
  for (const entry of await readdir(parent)) {
    const dir = path.join(parent, entry);
    if (!entry.startsWith(PREFIX) || !(await isStale(dir))) continue;
    await removeInstance(dir);
    removed.push(dir);
  }
  return removed;
}

/** Kills the servers that still run for an instance and removes its directory; does nothing when all is gone. */
export async function removeInstance(dir: string): Promise<void> {
  for (const [file, pid] of await recordedPids(dir)) {
    if (file === "supervisor.pid" || !(await isServerOf(dir, pid))) continue;
    kill(pid);
    await waitFor(`process ${pid} to end`, 5_000, async () =>
      (await isServerOf(dir, pid)) ? undefined : true,
    );
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function isStale(dir: string): Promise<boolean> {
  const info = await stat(dir).catch(() => undefined);
  if (!info?.isDirectory() || (process.getuid && info.uid !== process.getuid())) return false;
  const supervisor = (await recordedPids(dir)).get("supervisor.pid");
  if (supervisor === undefined) return Date.now() - info.mtimeMs > GRACE_MS;
  return !(await isServerOf(dir, supervisor));
}

/** All processes of an instance name its directory in their arguments, which a stranger does not. */
async function isServerOf(dir: string, pid: number): Promise<boolean> {
  return isAlive(pid) && (await commandLine(pid)).includes(dir);
}

async function recordedPids(dir: string): Promise<Map<string, number>> {
  const pids = new Map<string, number>();
  for (const file of await readdir(dir).catch(() => [])) {
    if (!file.endsWith(".pid")) continue;
    const pid = Number(await readFile(path.join(dir, file), "utf8").catch(() => ""));
    if (Number.isInteger(pid) && pid > 1) pids.set(file, pid);
  }
  return pids;
}
