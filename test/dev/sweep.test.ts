import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInstanceDir, removeInstance, sweepStaleInstances } from "../../dev/controlPlane/sweep";
import { useTempDir } from "./support";

describe("sweepStaleInstances", () => {
  const parent = useTempDir();
  let processes: ChildProcess[] = [];

  afterEach(async () => {
    for (const child of processes) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    }
    processes = [];
  });

  /** A process that names `dir` in its arguments, as the servers of an instance do. */
  async function processOf(dir: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, ["-e", "console.log(); setInterval(() => {}, 60_000)", dir], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    processes.push(child);
    await once(child.stdout, "data");
    return child;
  }

  function recordPid(dir: string, name: string, pid: number | undefined): void {
    writeFileSync(path.join(dir, `${name}.pid`), String(pid));
  }

  const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

  it("removes an instance whose supervisor is dead, and its servers first", async () => {
    const dir = await createInstanceDir(parent());
    const server = await processOf(dir);
    recordPid(dir, "supervisor", deadPid());
    recordPid(dir, "etcd", server.pid);
    const exited = once(server, "exit");
    assert.deepEqual(await sweepStaleInstances(parent()), [dir]);
    assert.equal(existsSync(dir), false);
    assert.deepEqual(await exited, [null, "SIGKILL"]);
  });

  it("leaves a running instance alone", async () => {
    const dir = await createInstanceDir(parent());
    recordPid(dir, "supervisor", (await processOf(dir)).pid);
    assert.deepEqual(await sweepStaleInstances(parent()), []);
  });

  it("is not deceived by a stranger that was given a dead one's process id", async () => {
    const dir = await createInstanceDir(parent());
    const stranger = await processOf("something else");
    recordPid(dir, "supervisor", stranger.pid);
    recordPid(dir, "etcd", stranger.pid);
    assert.deepEqual(await sweepStaleInstances(parent()), [dir]);
    assert.equal(stranger.exitCode ?? stranger.signalCode, null);
  });

  it("gives an instance that is just being started the time to name its supervisor", async () => {
    const young = await createInstanceDir(parent());
    const old = await createInstanceDir(parent());
    const hourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(old, hourAgo, hourAgo);
    assert.deepEqual(await sweepStaleInstances(parent()), [old]);
    assert.ok(existsSync(young));
  });

  it("touches nothing that is not ours", async () => {
    mkdirSync(path.join(parent(), "controlplane"));
    writeFileSync(path.join(parent(), "oda-api-controlplane-file"), "");
    assert.deepEqual(await sweepStaleInstances(parent()), []);
    assert.equal(readdirSync(parent()).length, 2);
  });

  it("removes an instance that is already gone without complaint", async () => {
    await removeInstance(path.join(parent(), "oda-api-controlplane-gone"));
  });
});
