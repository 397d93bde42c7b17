import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { EngineError, TransientError } from "../../../stack";
import {
  EngineGone,
  type EngineAddress,
  type EngineSource,
  type RunEnd,
  StuckRun,
} from "../../../stack/address";
import { RunJournal } from "../../../stack/cli/journal";
import { identify } from "../../../stack/cli/session";
import { PooledEngine } from "../../../stack/pool/pooledEngine";
import { WorkerLost } from "../../../stack/pool/workerLost";
import { type WorkerTask } from "../../../stack/pool/workerProcess";
import { eventually } from "../../support/eventually";
import { isRunning } from "../../support/processes";
import { useTempDir } from "../../support/tempDir";
import { runOfStack } from "./stubPool";

const WORKER = 4_000_000;
const run = runOfStack("components.r1-catalog-api");
const outputs = { uid: "route-uid", versions: {} };

/** A source that counts what it gives and gets back. */
class StubSource implements EngineSource {
  readonly name = "warm";
  readonly released: RunEnd[][] = [];
  closed = false;
  problem: Error | undefined;
  warm = true;

  lease: EngineSource["lease"] = () => {
    if (this.problem !== undefined) return Promise.reject(this.problem);
    const ends: RunEnd[] = [];
    const pid = this.released.push(ends);
    const address: EngineAddress = this.warm
      ? { kind: "warm", socket: `/engine/${pid}.sock`, pid, version: "3.246.0" }
      : { kind: "cli", command: "pulumi", version: "3.246.0" };
    return Promise.resolve({ address, release: (end) => ends.push(end) });
  };
  condition = () => "the CLI stands in";
  close = () => {
    this.closed = true;
    return Promise.resolve();
  };
}

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
    const pool = {
      run: async (task: WorkerTask): Promise<unknown> => {
        tasks.push(task);
        const answer = answers.shift() ?? (() => outputs);
        return await answer();
      },
      close: () => Promise.resolve(),
    };
    engine = new PooledEngine({ source, pool, journal });
  });

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
      ["a program that hangs", lost("deadline"), ["stuck"]],
      ["a program that hangs when it is asked to stop", lost("abort"), ["stuck"]],
    ];
    for (const [what, error, ends] of cases) {
      it(`after ${what}: ${ends.join()}`, async () => {
        if (error !== undefined) fails(error);

        await engine.refresh(run).catch(() => undefined);

        assert.deepEqual(source.released, [ends]);
      });
    }

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

  it("waits for the runs under way when it is closed, repeats none, and closes its source last", async () => {
    let lose: (error: Error) => void = () => undefined;
    answers.push(() => new Promise((_resolve, reject) => (lose = reject)));
    const running = assert.rejects(engine.up(run), { reason: "EngineStopped" });
    await eventually("the run has begun", () => tasks.length === 1);

    const closing = engine.close();
    assert.equal(source.closed, false);
    lose(lost());
    await closing;

    await running;
    assert.equal(source.closed, true);
    assert.equal(tasks.length, 1);
  });
});
