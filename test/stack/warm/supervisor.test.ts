import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { TransientError } from "../../../stack";
import { CliSource } from "../../../stack/cli/cliSource";
import { EngineGone } from "../../../stack/address";
import { settled, useClock } from "../../support/clock";
import { eventually } from "../../support/eventually";
import { isRunning } from "../../support/processes";
import { PATIENCE, run, useWarmSource, type SourceFixture } from "./warmSource";

const cli = new CliSource({ kind: "cli", command: "pulumi", version: "3.246.0" });

describe("WarmSource", function () {
  this.timeout(2 * PATIENCE);

  const clock = useClock(Date.UTC(2026, 0, 1));
  const fixture = useWarmSource();
  let warm: SourceFixture;
  const count = (event: string): number => warm.told.filter((told) => told === event).length;

  beforeEach(() => {
    warm = fixture();
  });

  it("starts nothing before the first run", () => {
    assert.equal(warm.source.name, "warm");
    assert.equal(warm.source.condition(), undefined);
    assert.deepEqual(warm.events, []);
  });

  it("starts one engine for all runs", async () => {
    const leases = await Promise.all([warm.lease(), warm.lease(), warm.lease()]);

    assert.equal(new Set(leases.map(({ address }) => address.pid)).size, 1);
    assert.deepEqual(await run(leases[0].address), { result: {} });
    assert.equal(warm.events.length, 1);
    const { address } = leases[0];
    assert.deepEqual(warm.events[0], {
      process: "engine",
      event: "started",
      pid: address.pid,
      detail: `Pulumi 3.246.0 on ${address.socket}`,
    });
  });

  it("ends its engine when it is closed, and starts none any more", async () => {
    const { address } = await warm.lease();

    await warm.source.close();

    assert.equal(isRunning(address.pid), false);
    assert.deepEqual(warm.told, ["started"]);
    await assert.rejects(warm.source.lease(), TransientError);
  });

  it("can be closed while its engine starts", async () => {
    warm.engine.follow({ atStart: { silent: true } });
    const starting = assert.rejects(warm.source.lease(), TransientError);
    await eventually("it starts", () => readdirSync(warm.dir).includes("engine"));

    await warm.source.close();

    await starting;
    assert.deepEqual(warm.events, []);
  });

  it("removes the socket of an engine that was killed with the process that had started it", async () => {
    const [made, left] = [join(warm.dir, "made"), join(warm.dir, "engine", "left.sock")];
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(made, resolve));
    mkdirSync(join(warm.dir, "engine"));
    renameSync(made, left);
    await new Promise((resolve) => server.close(resolve));

    const { address } = await warm.lease();

    assert.deepEqual([left, address.socket].map(existsSync), [false, true]);
  });

  it("hands on what its engine logs", async () => {
    await warm.crash();

    assert.deepEqual(warm.lines, ["panic: no"]);
  });

  describe("whose engine crashes", () => {
    it("starts another for the next run, after a delay", async () => {
      await warm.crash();
      assert.equal(
        warm.source.condition(),
        "the warm engine is down until the next run: exit code 2: panic: no",
      );

      const next = warm.lease();
      await clock.advance(999);
      assert.deepEqual(warm.told, ["started", "crashed"]);
      await clock.advance(1);

      assert.ok(isRunning((await next).address.pid));
      assert.equal(warm.source.condition(), undefined);
      assert.deepEqual(warm.told, ["started", "crashed", "started"]);
    });

    it("has nothing to say of a crash five minutes ago that no run followed", async () => {
      await warm.crash();

      await clock.advance(300_000);

      assert.equal(warm.source.condition(), undefined);
    });

    it("tells a crash also where no run was under way", async () => {
      const { address } = await warm.lease();

      process.kill(address.pid, "SIGKILL");

      await warm.hears("crashed");
      assert.deepEqual(warm.events.at(-1), {
        process: "engine",
        event: "crashed",
        pid: address.pid,
        detail: "ended by SIGKILL",
      });
    });

    it("says so to the run where none can be started", async () => {
      warm.engine.follow({ atStart: { says: "no backend", exit: 1 } });

      await assert.rejects(warm.source.lease(), (error) => {
        assert.ok(error instanceof TransientError);
        assert.equal(error.reason, "EngineMissing");
        assert.equal(
          error.message,
          `the warm engine ${warm.engine.command} did not start: exit code 1: no backend`,
        );
        return true;
      });
      warm.engine.follow({});
      const next = warm.lease();
      await clock.advance(1000);
      await next;
    });

    it("keeps starting it where no CLI is there", async () => {
      for (const delay of [0, 1000, 2000, 4000]) {
        const crashing = warm.crash();
        await clock.advance(delay);
        await crashing;
      }

      assert.match(warm.source.condition() ?? "", /^the warm engine is down/);
      const next = warm.lease();
      await clock.advance(8000);
      await next;
    });
  });

  describe("asked for an engine that is not there yet", () => {
    beforeEach(() => {
      warm.engine.follow({ atStart: { silent: true } });
    });

    const isStopped = (error: unknown): boolean =>
      error instanceof TransientError && error.reason === "EngineStopped";
    const starts = (): Promise<unknown> =>
      eventually("it starts", () => readdirSync(warm.dir).includes("engine"), PATIENCE);

    it("lets go of a run that is not wanted any more", async () => {
      const abort = new AbortController();
      const waiting = assert.rejects(warm.source.lease(abort.signal), isStopped);
      await starts();

      abort.abort();

      await waiting;
      await assert.rejects(warm.source.lease(abort.signal), isStopped);
    });

    it("lets go of every run at once when it is closed", async () => {
      const waiting = [1, 2].map(() => assert.rejects(warm.source.lease(), isStopped));
      await starts();

      await Promise.all([warm.source.close(), ...waiting]);

      assert.deepEqual(warm.told, []);
    });

    it("lets go of a run that waits for the next try", async () => {
      warm.engine.follow({});
      await warm.crash();
      const abort = new AbortController();
      const waiting = assert.rejects(warm.source.lease(abort.signal), isStopped);

      abort.abort();

      await waiting;
    });
  });

  it("gives the CLI to the run that the third crash has cut off, which asks for another engine at once", async () => {
    warm.create({ fallback: cli });
    warm.engine.follow({ crash: "panic: no" });
    let lease = await warm.source.lease();
    for (const crashes of [1, 2, 3]) {
      assert.ok(lease.address.kind === "warm");
      await assert.rejects(run(lease.address), EngineGone);
      lease.release("gone");
      const next = warm.source.lease();
      await eventually("the crash is told", () => count("crashed") === crashes, PATIENCE);
      await settled();
      await clock.advance(2000);
      lease = await next;
    }

    assert.equal(lease.address.kind, "cli");
    assert.equal(count("started"), 3);
  });

  describe("whose engine crashes again and again, where the CLI is there", () => {
    beforeEach(async () => {
      warm.create({ fallback: cli });
      for (const delay of [0, 1000, 2000]) {
        const crashing = warm.crash();
        await clock.advance(delay);
        await crashing;
      }
      warm.events.length = 0;
    });

    it("gives the CLI to the runs of the next ten minutes, and says so", async () => {
      const { address } = await warm.source.lease();

      assert.equal(address.kind, "cli");
      assert.equal(
        warm.source.condition(),
        "the Pulumi CLI stands in for the warm engine since 2026-01-01T00:00:03.000Z " +
          "until 2026-01-01T00:10:03.000Z: exit code 2: panic: no",
      );
      await warm.source.lease();
      assert.deepEqual(warm.told, ["fellBack"]);
    });

    it("gives the CLI again at once where the engine does not start then", async () => {
      await warm.source.lease();
      await clock.advance(600_000);
      const words = "the Pulumi CLI stands in for the warm engine since 2026-01-01T00:00:03.000Z";
      assert.equal(warm.source.condition(), `${words} until the next run: exit code 2: panic: no`);
      warm.engine.follow({ atStart: { exit: 1 } });

      assert.equal((await warm.source.lease()).address.kind, "cli");

      const why = `the warm engine ${warm.engine.command} did not start: exit code 1`;
      assert.equal(warm.source.condition(), `${words} until 2026-01-01T00:20:03.000Z: ${why}`);
      assert.deepEqual(warm.told, ["fellBack", "crashed"]);
    });

    it("tries the engine again then", async () => {
      await warm.source.lease();
      await clock.advance(600_000);

      assert.equal((await warm.source.lease()).address.kind, "warm");
      assert.deepEqual(warm.told, ["fellBack", "started", "cameBack"]);
      assert.equal(warm.source.condition(), undefined);
    });
  });

  it("gives the CLI at once where the engine is of another release", async () => {
    warm.create({ fallback: cli });
    warm.engine.follow({ pulumi: "3.200.0" });

    assert.equal((await warm.source.lease()).address.kind, "cli");
    assert.match(warm.source.condition() ?? "", /has Pulumi 3\.200\.0 in it, and 3\.246\.0 is needed$/);
  });

  it("tries the engine again where it does not start once, though the CLI is there", async () => {
    warm.create({ fallback: cli });
    warm.engine.follow({ atStart: { exit: 1 } });
    const next = warm.lease();
    await warm.hears("crashed");
    warm.engine.follow({});

    await clock.advance(1000);

    assert.equal((await next).address.kind, "warm");
  });
});
