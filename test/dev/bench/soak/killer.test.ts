import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { Killer } from "../../../../dev/bench/soak/killer";
import { useTempDir } from "../../../support/tempDir";

describe("kills of a soak", () => {
  const dir = useTempDir();

  /** A process that waits, under the name of a program. */
  async function program(name: string): Promise<ChildProcess> {
    symlinkSync(process.execPath, join(dir(), name));
    const child = spawn(join(dir(), name), ["-e", "console.log(); process.stdin.resume()"]);
    await once(child.stdout, "data");
    return child;
  }

  it("take the engine and a provider in turn, and explain what fails from then on for a while", async () => {
    if (process.platform !== "linux") return;
    const engine = await program("pulumi-warm-engine");
    const provider = await program("pulumi-resource-kubernetes");
    const ends = [once(engine, "exit"), once(provider, "exit")];
    const killer = new Killer(
      process.pid,
      () => 0,
      () => undefined,
    );
    const before = performance.now();
    killer.strike();
    killer.strike();
    await killer.done();
    const signals = (await Promise.all(ends)).map(([, signal]) => signal as unknown);
    assert.deepEqual(signals, ["SIGKILL", "SIGKILL"]);
    assert.deepEqual(
      killer.kills.map(({ victim, pid }) => [victim, pid]),
      [
        ["engine", engine.pid],
        ["providers", provider.pid],
      ],
    );
    const [{ at } = { at: 0 }] = killer.kills;
    assert.deepEqual([killer.count("engine"), killer.failures], [1, []]);
    assert.ok(killer.couldHit(before, at + 10));
    assert.ok(!killer.couldHit(before - 10, before));
    assert.ok(!killer.couldHit(at + 60_000, at + 60_010));
  });
});
