import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { acquireLock, type LockHolder } from "../../dev/toolchain/lock.mjs";
import { useTempDir } from "./support";

describe("acquireLock", () => {
  const dir = useTempDir();
  const lock = (): string => path.join(dir(), "test.lock");

  function writeHolder(pid: number, host = hostname()): void {
    writeFileSync(lock(), JSON.stringify({ pid, host }));
  }

  function pidOfDeadProcess(): number {
    return spawnSync(process.execPath, ["--version"]).pid;
  }

  it("leaves nothing behind when it is given back", async () => {
    const release = await acquireLock(lock());
    assert.ok(existsSync(lock()));
    release();
    release();
    assert.deepEqual(readdirSync(dir()), []);
  });

  it("lets one in at a time and says once whom it waits for", async () => {
    const waits: LockHolder[] = [];
    const release = await acquireLock(lock());
    let isSecondIn = false;
    const second = acquireLock(lock(), { onWait: (holder) => waits.push(holder), intervalMs: 5 }).then(
      (give) => {
        isSecondIn = true;
        return give;
      },
    );
    const third = acquireLock(lock(), { onWait: () => undefined, intervalMs: 5 });
    while (waits.length === 0) await new Promise(setImmediate);
    assert.equal(isSecondIn, false);
    release();
    const first = await Promise.race([second, third]);
    first();
    (await second)();
    (await third)();
    assert.deepEqual(waits[0], { pid: process.pid, host: hostname() });
    assert.equal(existsSync(lock()), false);
  });

  it("takes over the lock of a process that is dead", async () => {
    writeHolder(pidOfDeadProcess());
    const release = await acquireLock(lock());
    release();
    assert.deepEqual(readdirSync(dir()), []);
  });

  it("takes over a lock that names nobody", async () => {
    writeFileSync(lock(), "");
    (await acquireLock(lock()))();
    assert.equal(existsSync(lock()), false);
  });

  it("lets one of many waiters take over a dead one's lock", async () => {
    writeHolder(pidOfDeadProcess());
    let holders = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const release = await acquireLock(lock(), { intervalMs: 1 });
        most = Math.max(most, ++holders);
        await new Promise(setImmediate);
        holders--;
        release();
      }),
    );
    assert.equal(most, 1);
  });

  it("does not judge a holder on another machine", async () => {
    writeHolder(pidOfDeadProcess(), "another.example");
    const waiting = new Promise<LockHolder>((resolve) => {
      void acquireLock(lock(), { onWait: resolve, intervalMs: 5 }).then((release) => {
        release();
      });
    });
    assert.equal((await waiting).host, "another.example");
    writeHolder(pidOfDeadProcess());
  });
});
