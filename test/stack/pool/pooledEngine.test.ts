import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { EngineError, StackLockedError, TransientError } from "../../../stack";
import { EngineGone, StuckRun, type RunEnd } from "../../../stack/address";
import { RunJournal } from "../../../stack/cli/journal";
import { identify } from "../../../stack/cli/session";
import { PooledEngine } from "../../../stack/pool/pooledEngine";
import { WorkerLost } from "../../../stack/pool/workerLost";
import { type WorkerTask } from "../../../stack/pool/workerProcess";
import { settled, useClock } from "../../support/clock";
import { eventually } from "../../support/eventually";
import { isRunning } from "../../support/processes";
import { useTempDir } from "../../support/tempDir";
import { runOfStack } from "./stubPool";
import { StubSource } from "./stubSource";

const WORKER = 4_000_000;
const run = runOfStack("components.r1-catalog-api");
const outputs = { uid: "route-uid", versions: {} };

describe("PooledEngine", () => {
  const dir = useTempDir();
  let source: StubSource;
  let tasks: WorkerTask[];
  let answers: (() => unknown)[];
  let engine: PooledEngine;
  let journal: RunJournal;

  beforeEach(() => {
    source = new StubSource();
    tasks = [];
    answers = [];
    journal = new RunJournal(join(dir(), "runs"), 315_000);
    engine = create();
  });

  function create(): PooledEngine {
    const pool = {
      run: async (task: WorkerTask): Promise<unknown> => {
        tasks.push(task);
        const answer = answers.shift() ?? (() => outputs);
        return await answer();
      },
      close: () => Promise.resolve(),
    };
    return new PooledEngine({ source, pool, journal });
  }

  const fails = (error: Error): void => {
    answers.push(() => Promise.reject(error));
  };
  const lost = (killedFor?: "deadline" | "abort") => new WorkerLost("the process ended", WORKER, killedFor);

  it("has each method take place in a worker, without the signal, which is no data", async () => {
    const { signal } = new AbortController();

    assert.deepEqual(await engine.up({ ...run, signal }, { force: true }), outputs);
    await engine.preview({ ...run, signal });
    await engine.refresh({ ...run, signal });
    await engine.destroy({ kind: run.kind, stack: run.stack, signal });

    assert.deepEqual(
      tasks.map(({ request }) => request),
      [
        { method: "up", run, options: { force: true } },
        { method: "preview", run },
        { method: "refresh", run },
        { method: "destroy", run: { kind: run.kind, stack: run.stack } },
      ],
    );
    assert.ok(tasks.every((task) => task.signal === signal));
  });

  it("is called as its source is, and has no other condition", () => {
    assert.deepEqual([engine.name, engine.condition()], ["warm", "the CLI stands in"]);
  });

  describe("gives the right to a run back exactly once", () => {
    const cases: readonly (readonly [string, Error | undefined, readonly RunEnd[]])[] = [
      ["a run that succeeds", undefined, ["ended"]],
      ["a run that fails", new EngineError("bug"), ["ended"]],
      ["a run that is stopped at its deadline", new TransientError("DeadlineExceeded", "stopped"), ["ended"]],
      ["a run that does not stop", new StuckRun("it did not stop"), ["stuck"]],
      ["a program that hangs", lost("deadline"), ["lost"]],
      ["a program that hangs when it is asked to stop", lost("abort"), ["lost"]],
    ];
    for (const [what, error, ends] of cases) {
      it(`after ${what}: ${ends.join()}`, async () => {
        if (error !== undefined) fails(error);

        await engine.refresh(run).catch(() => undefined);

        assert.deepEqual(source.released, [ends]);
      });
    }

    it("for every try of a run whose worker goes away", async () => {
      fails(lost());

      await engine.up(run);

      assert.deepEqual(source.released, [["lost"], ["ended"]]);
    });

    it("for every try of a run whose engine goes away", async () => {
      fails(new EngineGone("the engine went away"));

      await engine.up(run);

      assert.deepEqual(source.released, [["gone"], ["ended"]]);
    });
  });

  it("repeats a run whose engine went away, in another", async () => {
    fails(new EngineGone("the engine went away"));

    assert.equal(await engine.up(run), outputs);

    const [first, second] = tasks.map(({ address }) => address);
    assert.notDeepEqual(first, second);
  });

  it("repeats a run whose worker ended", async () => {
    fails(lost());

    assert.equal(await engine.up(run), outputs);
  });

  for (const error of [new EngineGone("the engine went away"), lost()]) {
    it(`repeats it once, and then leaves it to the caller when to try again: ${error.name}`, async () => {
      fails(error);
      fails(error);

      await assert.rejects(engine.up(run), {
        constructor: TransientError,
        reason: "EngineStopped",
        message: error.message,
      });
      assert.equal(tasks.length, 2);
    });
  }

  it("does not repeat a run that was given up meanwhile", async () => {
    const abort = new AbortController();
    answers.push(() => {
      abort.abort();
      throw new EngineGone("the engine went away");
    });

    await assert.rejects(engine.up({ ...run, signal: abort.signal }), { reason: "EngineStopped" });
    assert.equal(tasks.length, 1);
  });

  it("does not repeat a run whose program hangs", async () => {
    fails(lost("deadline"));

    await assert.rejects(engine.up(run), { constructor: TransientError, reason: "DeadlineExceeded" });
    assert.equal(tasks.length, 1);
  });

  it("throws what other runs throw as it is", async () => {
    const error = new EngineError("bug");
    fails(error);

    await assert.rejects(engine.preview(run), (thrown) => thrown === error);
  });

  it("throws that no engine can be started, without a run", async () => {
    source.problem = new TransientError("EngineMissing", "there is none");

    await assert.rejects(engine.up(run), (thrown) => thrown === source.problem);
    assert.deepEqual(tasks, []);
  });

  describe("when a worker is lost", () => {
    let left: number;

    /** Starts a process that looks like one of the engine, and notes it as if a worker had started it. */
    async function leave(worker: number, startedAt = Date.now()): Promise<number> {
      const child = spawn("bash", ["-c", "exec -a pulumi sleep 600"], { detached: true, stdio: "ignore" });
      const pid = child.pid ?? 0;
      await eventually("it runs", () => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("pulumi\0"));
      const entry = {
        stack: run.stack,
        host: hostname(),
        ...identify(pid),
        startedAt,
        worker: { pid: worker },
      };
      mkdirSync(join(dir(), "runs"), { recursive: true });
      writeFileSync(join(dir(), "runs", `${run.stack}.${pid}.json`), JSON.stringify(entry));
      return pid;
    }
    afterEach(() => {
      if (isRunning(left)) process.kill(left, "SIGKILL");
    });

    it("ends the CLI process that it has left behind, before the run is repeated", async () => {
      source.warm = false;
      answers.push(async () => {
        left = await leave(WORKER);
        throw lost();
      });
      answers.push(() => isRunning(left));

      assert.equal(await engine.up(run), false);
    });

    it("leaves those of other workers and of earlier runs alone", async () => {
      source.warm = false;
      for (const [worker, startedAt] of [
        [WORKER + 1, Date.now()],
        [WORKER, Date.now() - 60_000],
      ] as const) {
        answers.push(async () => {
          left = await leave(worker, startedAt);
          throw lost();
        });

        await engine.up(run);

        assert.ok(isRunning(left));
        process.kill(left, "SIGKILL");
      }
    });

    it("leaves a warm engine alone, which serves others", async () => {
      answers.push(async () => {
        left = await leave(WORKER);
        throw lost();
      });

      await engine.up(run);

      assert.ok(isRunning(left));
    });
  });

  describe("when an earlier run of the stack has lost its worker, and its engine is still at it", () => {
    const underWay = new StackLockedError([]);

    it("waits for its end, with the engine given back meanwhile", async () => {
      fails(lost());
      fails(underWay);
      fails(underWay);

      assert.equal(await engine.up(run), outputs);

      assert.deepEqual(source.released, [["lost"], ["ended"], ["ended"], ["ended"]]);
    });

    it("waits so for a later run too", async () => {
      fails(lost("deadline"));
      fails(underWay);

      await assert.rejects(engine.up(run), { reason: "DeadlineExceeded" });

      assert.equal(await engine.up(run), outputs);
    });

    it("stops waiting when the run is given up", async () => {
      const abort = new AbortController();
      answers.push(() => {
        setImmediate(() => {
          abort.abort();
        });
        throw underWay;
      });
      const before = performance.now();
      for (let count = 0; count < 20; count += 1) fails(underWay);

      await assert.rejects(engine.up({ ...run, signal: abort.signal }), { reason: "EngineStopped" });

      assert.equal(tasks.length, 1);
      assert.ok(performance.now() - before < 1_000);
    });

    describe("for longer than an engine takes to end a run", () => {
      const clock = useClock();

      it("tells that the stack is locked", async () => {
        for (let count = 0; count < 20; count += 1) fails(underWay);
        let thrown: unknown;
        const running = engine.up(run).catch((error: unknown) => (thrown = error));
        const begun = Date.now();

        while (thrown === undefined && Date.now() - begun < 30_000) await clock.advance(50);

        await running;
        assert.equal(thrown, underWay);
        assert.ok(Date.now() - begun >= 20_000);
      });
    });

    it("does not wait for the holder of a lock, nor for one that Pulumi Cloud does not name", async () => {
      const held = new StackLockedError([
        { user: "ci", host: "build-7", pid: 42, since: "2026-11-21T09:00:00Z" },
      ]);
      fails(held);
      await assert.rejects(engine.up(run), (error) => error === held);

      source.name = "cli";
      fails(underWay);
      await assert.rejects(create().up(run), (error) => error === underWay);

      assert.equal(tasks.length, 2);
    });
  });

  describe("when it is closed", () => {
    it("waits for the runs under way, and repeats none", async () => {
      let lose: (error: Error) => void = () => undefined;
      answers.push(() => new Promise((_resolve, reject) => (lose = reject)));
      const running = assert.rejects(engine.up(run), { reason: "EngineStopped" });
      await eventually("the run has begun", () => tasks.length === 1);

      let closed = false;
      const closing = engine.close().then(() => (closed = true));
      await settled();
      assert.deepEqual([source.closed, closed], [true, false]);
      lose(lost());
      await closing;

      await running;
      assert.equal(tasks.length, 1);
    });

    it("has no run wait for an engine any longer", async () => {
      source.starting = true;
      const running = assert.rejects(engine.up(run), { reason: "EngineStopped" });

      await engine.close();

      await running;
      assert.deepEqual(tasks, []);
    });
  });

  it("has a run that is given up not wait for an engine any longer", async () => {
    source.starting = true;
    const abort = new AbortController();
    const running = assert.rejects(engine.up({ ...run, signal: abort.signal }), { reason: "EngineStopped" });

    abort.abort();

    await running;
    assert.deepEqual(tasks, []);
  });
});
