import assert from "node:assert/strict";
import { EngineError, StackLockedError, TransientError } from "../../../stack";
import { EngineGone, StuckRun } from "../../../stack/address";
import { type PoolOptions } from "../../../stack/pool/pool";
import { WorkerLost } from "../../../stack/pool/workerLost";
import { eventually } from "../../support/eventually";
import { isRunning } from "../../support/processes";
import { useTempDir } from "../../support/tempDir";
import { address, startPool, task, type StubPool } from "./stubPool";

describe("WorkerPool", function () {
  this.timeout(60_000);
  const dir = useTempDir();
  let stub: StubPool;

  const start = (options: Partial<PoolOptions> = {}): void => {
    stub = startPool(dir(), options);
  };
  const run = (stack: string, signal?: AbortSignal): Promise<unknown> => stub.pool.run(task(stack, signal));
  /** The process that runs the next program. */
  const worker = async (stack = "succeed"): Promise<number> => (await run(stack)) as number;
  const began = (count = 1) => eventually("the run has begun", () => stub.operations.length >= count, 20_000);
  const idle = (count: number) =>
    eventually(
      "workers are there",
      () => stub.told().filter((what) => what === "started").length >= count,
      20_000,
    );

  afterEach(() => stub.pool.close());

  it("starts a worker ahead of need, and keeps it from run to run", async () => {
    start();
    await idle(1);

    const [first, second] = [await worker(), await worker()];

    assert.equal(first, second);
    assert.equal(first, stub.events[0]?.pid);
  });

  it("gives runs that overlap workers of their own, up to its size; what is more waits", async () => {
    start({ size: 2 });
    const aborts = [new AbortController(), new AbortController()];
    const running = aborts.map(({ signal }) => assert.rejects(run("waitForAbort", signal)));
    await began(2);

    const waiting = worker();
    aborts[0]?.abort();

    assert.ok(stub.events.map(({ pid }) => pid).includes(await waiting));
    assert.equal(stub.told().filter((what) => what === "started").length, 2);
    aborts[1]?.abort();
    await Promise.all(running);
  });

  it("has the next worker start while the first is at work, before a run needs it", async () => {
    start({ size: 3 });
    const abort = new AbortController();
    const running = assert.rejects(run("waitForAbort", abort.signal));

    await idle(2);
    await began(1);

    assert.equal(stub.told().filter((what) => what === "started").length, 2);
    abort.abort();
    await running;
  });

  it("tells the program where its run takes place", async () => {
    start();

    assert.deepEqual(await run("tellAddress"), address);
  });

  it("hands secrets over by messages alone: command line and environment are for all to see", async () => {
    start();

    assert.doesNotMatch(JSON.stringify(await run("tellEnvironment")), /not to be seen/);
  });

  it("tells each operation while the run is under way", async () => {
    start();

    await run("beginTwice");

    assert.deepEqual(stub.operations, ["init", "up"]);
  });

  it("hands on what a worker prints, line by line", async () => {
    start();
    await run("print");

    await eventually("all lines are there", () => stub.lines.length === 3);
    assert.deepEqual([...stub.lines].sort(), ["and in two parts", "to the error output", "to the output"]);
  });

  const failures = {
    fail: { constructor: TransientError, reason: "FieldConflict", message: "conflict with another" },
    failByLock: { constructor: StackLockedError },
    failByBug: { constructor: EngineError, message: "nobody foresaw it" },
    failWithoutEngine: { constructor: EngineGone },
  };
  for (const [stack, expected] of Object.entries(failures)) {
    it(`throws what the run throws, and keeps the worker: ${stack}`, async () => {
      start();
      const before = await worker();

      await assert.rejects(run(stack), expected);

      assert.equal(await worker(), before);
    });
  }

  describe("when a run is given up", () => {
    it("has it stop, and goes on with the same worker", async () => {
      start();
      const before = await worker();
      const abort = new AbortController();
      const running = assert.rejects(run("waitForAbort", abort.signal), { message: "stopped as asked" });
      await began();

      abort.abort();

      await running;
      assert.equal(await worker(), before);
    });

    it("does not begin one that had been given up before", async () => {
      start();

      await assert.rejects(run("beginTwice", AbortSignal.abort()), { reason: "EngineStopped" });

      assert.deepEqual(stub.operations, []);
    });

    it("does not let one wait on that waits for a worker, and goes on with the next", async () => {
      start();
      const [first, second] = [new AbortController(), new AbortController()];
      const running = assert.rejects(run("waitForAbort", first.signal), { message: "stopped as asked" });
      await began();
      const waiting = assert.rejects(run("beginTwice", second.signal), { reason: "EngineStopped" });
      const next = worker();

      second.abort();

      await waiting;
      first.abort();
      await running;
      assert.equal(typeof (await next), "number");
      assert.deepEqual(stub.operations, ["up"]);
    });

    it("does not touch the next run when the first has ended meanwhile", async () => {
      start();
      const abort = new AbortController();
      await run("succeed", abort.signal);
      abort.abort();

      assert.equal(typeof (await worker("succeedSlowly")), "number");
    });

    it("ends the process of one that does not stop", async () => {
      start({ hardGrace: 100 });
      const abort = new AbortController();
      const running = assert.rejects(run("spin", abort.signal), { name: "WorkerLost", killedFor: "abort" });
      await began();

      abort.abort();

      await running;
    });
  });

  describe("lets others go on and starts anew", () => {
    const lost = async (stack: string): Promise<WorkerLost> => {
      const error = await run(stack).then(
        () => assert.fail("the run succeeded"),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof WorkerLost, String(error));
      return error;
    };

    for (const [stack, how] of [
      ["exit", "ended with code 3"],
      ["kill", "was ended by SIGKILL"],
      ["throwAside", "ended with code 1"],
      ["rejectAside", "ended with code 1"],
      ["failByCommand", "ended with code 1"],
      ["leak", "was ended by SIGABRT"],
    ] as const) {
      it(`when a program does this: ${stack}`, async () => {
        start({ size: 2, maxHeap: 64 * 2 ** 20 });
        await idle(1);
        const abort = new AbortController();
        const other = assert.rejects(run("waitForAbort", abort.signal), { message: "stopped as asked" });
        await began();

        const { message, pid, killedFor } = await lost(stack);

        assert.deepEqual([message, killedFor], [`the process of the program ${how}`, undefined]);
        assert.ok(stub.events.some((event) => event.event === "crashed" && event.pid === pid));
        assert.notEqual(await worker(), pid);
        abort.abort();
        await other;
      });
    }

    for (const stack of ["spin", "waitForEver"]) {
      it(`when a program hangs: ${stack}`, async () => {
        start({ size: 2, hardDeadline: 1_500 });
        await idle(1);
        const running = lost(stack);
        await began();

        assert.equal(typeof (await worker()), "number");
        const { pid, killedFor } = await running;

        assert.equal(killedFor, "deadline");
        assert.equal(isRunning(pid), false);
        assert.ok(stub.told().includes("stuck was ended by SIGKILL"));
      });
    }
  });

  it("gives each operation of a run the whole time", async () => {
    start({ hardDeadline: 1_000 });

    await run("beginOften");

    assert.equal(stub.operations.length, 6);
  });

  it("leaves an error that its program has not caught to Pulumi, and keeps the worker", async () => {
    start();
    const before = await worker();

    for (const stack of ["throwAsideNoticed", "rejectAsideNoticed"]) {
      await assert.rejects(run(stack), { constructor: EngineError, message: "uncaught: its own" });
    }

    assert.equal(await worker(), before);
  });

  it("passes over a connection to an engine that has gone, as Pulumi does", async () => {
    start();

    assert.equal(await worker("loseConnection"), await worker());
  });

  it("does not blame a run for what the program before it has left", async () => {
    start();
    const pid = await worker("throwAfterwards");

    const running = run("failByWhatIsUncaught");

    await assert.rejects(running, { name: "WorkerLost", pid, killedFor: undefined });
    assert.notEqual(await worker(), pid);
    assert.ok(stub.told().includes("recycled a program has left an error that nothing caught"));
  });

  it("does not take a run for repeatable that its engine is still at, whatever came up in it", async () => {
    start();
    const pid = await worker("throwAfterwards");

    await assert.rejects(run("stickByWhatIsUncaught"), StuckRun);

    assert.notEqual(await worker(), pid);
  });

  it("starts anew when what a program has left ends its worker between runs", async () => {
    start();
    const before = await worker("throwAfterwards");
    await eventually("the worker has ended", () => stub.told().includes("crashed ended with code 1"));

    assert.notEqual(await worker(), before);
    assert.match(stub.lines.join("\n"), /thrown afterwards/);
  });

  it("renews a worker whose run passed its deadline, because its program may still be at it", async () => {
    start();
    const before = await worker();

    await assert.rejects(run("stick"), StuckRun);

    assert.notEqual(await worker(), before);
  });

  it("renews a worker after so many runs, with the next one ready before it goes", async () => {
    start({ maxRuns: 3 });
    const before = await worker();
    await worker();
    await worker();

    assert.equal(await worker(), before, "no run waits for the next one to start");
    await eventually("the worker has gone", () => stub.told().includes("recycled 3 runs"), 20_000);

    assert.notEqual(await worker(), before);
    assert.deepEqual(stub.told(), ["started", "started", "recycled 3 runs"]);
  });

  it("renews a worker after so many failed runs, which leave something behind", async () => {
    start({ maxFailures: 2 });
    await assert.rejects(run("fail"));
    await worker();
    await assert.rejects(run("fail"));

    await eventually("the worker has gone", () => stub.told().includes("recycled 2 failed runs"), 20_000);
  });

  it("renews a worker that holds too much memory", async () => {
    start({ maxMemory: 250 * 2 ** 20 });
    const before = await worker();
    await worker("grow");

    await eventually(
      "the worker has gone",
      () => stub.told().some((what) => /^recycled \d+ MB$/.test(what)),
      20_000,
    );

    assert.notEqual(await worker(), before);
  });

  it("ends workers that have had no run for long, but for one", async () => {
    start({ size: 3, maxIdle: 50 });
    const runs = ["succeedSlowly", "succeedSlowly", "succeedSlowly"].map(worker);
    const pids = [...new Set(await Promise.all(runs))];

    await eventually("one is left", () => pids.filter(isRunning).length <= 1, 20_000);

    assert.ok(!stub.told().some((what) => what.startsWith("crashed")));
    assert.equal(typeof (await worker()), "number");
  });

  it("ends its workers when it is closed, those at a run too, and starts no more", async () => {
    start({ size: 2 });
    const pid = await worker();
    const running = assert.rejects(run("spin"), { name: "WorkerLost" });
    await began();

    await stub.pool.close();

    await running;
    assert.equal(isRunning(pid), false);
    for (const event of stub.events) assert.equal(isRunning(event.pid ?? 0), false);
    await assert.rejects(run("succeed"), { reason: "EngineStopped" });
  });
});
