import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TransientError } from "../../../stack";
import { type PoolOptions } from "../../../stack/pool/pool";
import { eventually } from "../../support/eventually";
import { useTempDir } from "../../support/tempDir";
import { startPool, task, type StubPool } from "./stubPool";

describe("WorkerPool: workers that do not start", function () {
  this.timeout(60_000);
  const dir = useTempDir();
  let stub: StubPool;

  const start = (options: Partial<PoolOptions> = {}): void => {
    stub = startPool(dir(), options);
  };
  const run = (stack: string, signal?: AbortSignal): Promise<unknown> => stub.pool.run(task(stack, signal));
  const worker = async (): Promise<number> => (await run("succeed")) as number;
  const began = () => eventually("the run has begun", () => stub.operations.length > 0, 20_000);
  const count = (event: string) => stub.told().filter((what) => what.startsWith(event)).length;
  const idle = (workers: number) =>
    eventually("workers are there", () => count("started") >= workers, 20_000);

  afterEach(() => stub.pool.close());

  it("says so when no worker can be started, and tries again for the next run", async () => {
    start({ entry: `${dir()}/missing.js` });

    for (const attempt of ["first", "second"]) {
      await assert.rejects(
        run("succeed"),
        {
          constructor: TransientError,
          reason: "EngineMissing",
          message: /^the process for programs ended with/,
        },
        attempt,
      );
    }
    assert.match(stub.lines.join("\n"), /Cannot find module/);
  });

  describe("when a worker does not start while another is at a run", () => {
    it("tries again, because that run may take long", async () => {
      const [entry, broken] = [join(dir(), "worker.js"), join(dir(), "broken")];
      const stubWorker = JSON.stringify(join(__dirname, "stubWorker.ts"));
      const load = `require("tsx/cjs"); require(${stubWorker});`;
      writeFileSync(entry, `if (require("node:fs").existsSync("${broken}")) process.exit(1); ${load}`);
      symlinkSync(join(__dirname, "../../../node_modules"), join(dir(), "node_modules"));
      start({ entry, size: 2 });
      await idle(1);
      writeFileSync(broken, "");
      const running = assert.rejects(run("waitForEver"), { name: "WorkerLost" });
      await began();
      const waiting = worker();
      await eventually("the other has crashed", () => count("crashed") > 0, 20_000);

      rmSync(broken);

      assert.equal(typeof (await waiting), "number");
      await stub.pool.close();
      await running;
    });
  });

  describe("on a machine without room for another process", () => {
    /** Longer than a process may be given, so that it cannot be started. */
    const fill = (): void => {
      process.env["TOO_LONG"] = "x".repeat(2 ** 18);
    };
    const clear = (): void => {
      delete process.env["TOO_LONG"];
    };
    afterEach(clear);

    it("says so, and tries again for the next run", async () => {
      fill();
      start();

      await assert.rejects(run("succeed"), {
        reason: "EngineMissing",
        message: /cannot be started: .*E2BIG/,
      });

      clear();
      assert.equal(typeof (await worker()), "number");
    });

    it("waits for room when a worker has crashed while another is at a run", async () => {
      start({ size: 2 });
      await idle(1);
      const abort = new AbortController();
      const running = assert.rejects(run("waitForAbort", abort.signal), { message: "stopped as asked" });
      await began();
      await idle(2);
      fill();

      await assert.rejects(run("exit"), { name: "WorkerLost" });
      const waiting = worker();
      await eventually("a start has failed", () => stub.told().join().includes("E2BIG"));
      clear();

      assert.equal(typeof (await waiting), "number");
      abort.abort();
      await running;
    });
  });
});
