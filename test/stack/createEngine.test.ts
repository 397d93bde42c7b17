import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import {
  createEngine,
  StackLockedError,
  TransientError,
  type Engine,
  type EngineOptions,
  type EngineProcessEvent,
} from "../../stack";
import { eventually } from "../support/eventually";
import { isRunning, writeScript, written } from "../support/processes";
import { useTempDir } from "../support/tempDir";
import { failing, fakePulumi, type FakePulumi } from "./cli/fakePulumi";
import { locked } from "./engineOutput";
import { runOfStack } from "./pool/stubPool";

const run = runOfStack("components.r1-catalog-api");
const FILES = "file:///state";
const CLOUD = "https://api.pulumi.example";

describe("createEngine", function () {
  this.timeout(60_000);
  const dir = useTempDir();
  const path = process.env["PATH"] ?? "";
  let engine: Engine | undefined;
  let events: EngineProcessEvent[];
  let operations: string[];

  beforeEach(() => {
    events = [];
    operations = [];
    for (const folder of ["cli", "warm"]) mkdirSync(join(dir(), folder));
    writeScript(join(dir(), "warm", "pulumi-warm-engine"), "exit 1");
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await engine?.close();
    engine = undefined;
  });

  const create = async (url: string, options: Partial<EngineOptions> = {}): Promise<Engine> => {
    engine = await createEngine({
      choice: "auto",
      stateDir: dir(),
      backend: { url, secretsProvider: "passphrase", passphrase: "secret" },
      deadline: 60_000,
      grace: 10_000,
      concurrency: 1,
      onProcess: (operation) => operations.push(operation),
      onEngine: (event) => events.push(event),
      ...options,
    });
    return engine;
  };
  /** Puts programs on PATH, and no others of their names. */
  const install = (...folders: ("cli" | "warm")[]): FakePulumi => {
    process.env["PATH"] = [...folders.map((folder) => join(dir(), folder)), "/usr/bin", "/bin"].join(":");
    return fakePulumi(join(dir(), "cli"));
  };

  describe("takes by itself", () => {
    it("the warm engine where it is installed", async () => {
      install("warm", "cli");

      assert.equal((await create(FILES)).name, "warm");
    });

    it("the warm engine where its path is told, also without a CLI that could stand in", async () => {
      install();

      const told = await create(FILES, { warmEngine: join(dir(), "warm", "pulumi-warm-engine") });

      assert.equal(told.name, "warm");
    });

    it("the CLI where it is not installed", async () => {
      install("cli");

      assert.equal((await create(FILES)).name, "cli");
    });

    it("the CLI where it cannot keep the state", async () => {
      install("warm", "cli");

      assert.equal((await create(CLOUD)).name, "cli");
    });
  });

  it("takes the CLI where it is to, although the warm engine is installed", async () => {
    install("warm", "cli");

    assert.equal((await create(FILES, { choice: "cli" })).name, "cli");
  });

  it("does not take another engine than it is to", async () => {
    install("cli");

    await assert.rejects(create(FILES, { choice: "warm" }), { message: "no pulumi-warm-engine on PATH" });
    install("warm");
    await assert.rejects(create(CLOUD, { choice: "warm" }), /Pulumi Cloud/);
    await assert.rejects(create(FILES, { choice: "cli" }), /no Pulumi CLI on PATH/);
  });

  describe("with the CLI", () => {
    let pulumi: FakePulumi;

    /** What the next process of the CLI says of itself, once it is under way. */
    const said = async (): Promise<string> => {
      await eventually("a process has begun", () => operations.length > 0, 30_000);
      return written(join(dir(), "cli", "ready"));
    };
    const worker = () =>
      eventually("the worker is there", () => events.find(({ event }) => event === "started")?.pid, 30_000);

    beforeEach(() => {
      pulumi = install("cli");
    });

    it("works on a stack in one process of the CLI, and tells of it", async () => {
      await (await create(FILES)).refresh(run);

      assert.deepEqual(operations, ["refresh"]);
      assert.equal(pulumi.calls().length, 1);
    });

    it("throws the errors of runs by their class", async () => {
      pulumi.next("refresh", failing(locked("ci@build-7 (pid 42) at 2026-11-21T09:00:00Z")));
      pulumi.next("refresh", failing("error: configured Kubernetes cluster is unreachable"));
      const created = await create(FILES);

      await assert.rejects(created.refresh(run), (error) => {
        assert.ok(error instanceof StackLockedError);
        assert.deepEqual(error.holders, [
          { user: "ci", host: "build-7", pid: 42, since: "2026-11-21T09:00:00Z" },
        ]);
        return true;
      });
      await assert.rejects(created.refresh(run), {
        constructor: TransientError,
        reason: "ApiServerUnavailable",
      });
    });

    it("stops a run that is given up", async () => {
      pulumi.next("refresh", "trap 'exit 255' INT; echo on > ready; while :; do sleep 0.02; done");
      const abort = new AbortController();
      const running = assert.rejects((await create(FILES)).refresh({ ...run, signal: abort.signal }));
      await said();

      abort.abort();

      await running;
      assert.deepEqual(readdirSync(join(dir(), "runs")), []);
    });

    it("ends what a killed worker has left running, releases its lock and repeats the run", async () => {
      pulumi.next("refresh", "echo $$ > ready; exec -a pulumi sleep 600");
      const running = (await create(FILES)).refresh(run);
      const cli = Number(await said());
      pulumi.next("refresh", failing(locked(`root@${hostname()} (pid ${cli}) at 2026-11-21T09:00:00Z`)));
      await eventually("the run is in the journal", () => readdirSync(join(dir(), "runs")).length === 1);

      process.kill(await worker(), "SIGKILL");
      await running;

      assert.equal(isRunning(cli), false);
      assert.deepEqual(operations, ["refresh", "refresh", "cancel", "refresh"]);
      assert.deepEqual(readdirSync(join(dir(), "runs")), []);
    });

    it("cuts off the runs under way when it is closed, with their processes", async () => {
      pulumi.next("refresh", "echo $$ > ready; exec -a pulumi sleep 600");
      const created = await create(FILES);
      const running = assert.rejects(created.refresh(run), { reason: "EngineStopped" });
      const cli = Number(await said());

      await created.close();

      await running;
      assert.equal(isRunning(cli), false);
    });
  });
});
