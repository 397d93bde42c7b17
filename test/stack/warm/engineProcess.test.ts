import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { call, health } from "../../../stack/warm/client";
import {
  EngineProcess,
  EngineStartError,
  type EngineProcessOptions,
} from "../../../stack/warm/engineProcess";
import { useClock } from "../../support/clock";
import { eventually } from "../../support/eventually";
import { isRunning, writeScript } from "../../support/processes";
import { useTempDir } from "../../support/tempDir";
import { scriptedEngine, type ScriptedEngine } from "./scriptedEngine";

/** Milliseconds that a busy machine may take to start or end a process. */
const PATIENCE = 30_000;

const BODY = { workDir: "/work", stack: "components.a" };

describe("EngineProcess", function () {
  this.timeout(2 * PATIENCE);

  const dir = useTempDir();
  const clock = useClock();
  let engine: ScriptedEngine;
  let lines: string[];
  let started: EngineProcess[];

  beforeEach(() => {
    engine = scriptedEngine(dir());
    lines = [];
    started = [];
  });
  afterEach(async () => {
    for (const process of started) process.kill();
    await Promise.all(started.map(({ ended }) => ended));
  });

  async function start(
    more: Partial<EngineProcessOptions> = {},
    signal?: AbortSignal,
  ): Promise<EngineProcess> {
    const options: EngineProcessOptions = {
      command: engine.command,
      release: "3.246.0",
      stateDir: dir(),
      environment: process.env,
      onLine: (line) => lines.push(line),
      ...more,
    };
    const engineProcess = await EngineProcess.start(options, signal);
    started.push(engineProcess);
    return engineProcess;
  }
  async function failsToStart(
    starting: Promise<EngineProcess>,
    { message, final }: { readonly message: RegExp; readonly final: boolean },
  ): Promise<void> {
    await assert.rejects(starting, (error) => {
      assert.ok(error instanceof EngineStartError);
      assert.match(error.message, message);
      assert.equal(error.final, final);
      return true;
    });
  }
  const gone = (pid: number) => eventually(`${pid} is gone`, () => !isRunning(pid), PATIENCE);
  /** A line of the error output, which is a process id. */
  const processTold = () => eventually("it tells a process", () => lines[0], PATIENCE).then(Number);

  it("is ready when it has started: an engine is at its address", async () => {
    const { address } = await start();

    assert.equal(address.version, "3.246.0");
    assert.ok(isRunning(address.pid));
    assert.equal((await health(address.socket, 5000)).pid, address.pid);
  });

  it("has its socket in a folder of the installation that only its owner can enter", async () => {
    const { address } = await start();

    assert.equal(dirname(address.socket), join(dir(), "engine"));
    assert.equal(statSync(dirname(address.socket)).mode & 0o777, 0o700);
  });

  it("has its socket in a folder of its own where the path would be too long", async () => {
    const engineProcess = await start({ stateDir: join(dir(), "x".repeat(80)) });
    const { socket } = engineProcess.address;

    assert.ok(Buffer.byteLength(socket) <= 103);
    assert.equal(statSync(dirname(socket)).mode & 0o777, 0o700);
    await engineProcess.stop();
    assert.equal(existsSync(dirname(socket)), false);
  });

  it("has the environment that it is given", async () => {
    const { address } = await start({ environment: { ...process.env, PULUMI_BACKEND_URL: "file:///state" } });

    const answer = await call(address.socket, "export", BODY);

    assert.ok("result" in answer);
    assert.equal((answer.result["env"] as NodeJS.ProcessEnv)["PULUMI_BACKEND_URL"], "file:///state");
  });

  describe("that ends", () => {
    it("ends when it is stopped, and leaves no socket", async () => {
      const engineProcess = await start();

      await engineProcess.stop();

      assert.equal(await engineProcess.ended, "exit code 0");
      assert.equal(engineProcess.running, false);
      assert.deepEqual(readdirSync(join(dir(), "engine")), []);
    });

    it("is killed where it does not end in time", async () => {
      engine.follow({ ignoresEnd: true });
      const engineProcess = await start();

      const stopping = engineProcess.stop();
      await clock.advance(25_000);
      await stopping;

      assert.equal(await engineProcess.ended, "ended by SIGKILL");
    });

    it("is killed with its providers", async () => {
      engine.follow({ provider: true });
      const engineProcess = await start();
      const provider = await processTold();
      assert.ok(isRunning(provider));

      engineProcess.kill();

      assert.equal(await engineProcess.ended, "ended by SIGKILL");
      await gone(provider);
    });

    it("leaves no provider where it crashes", async () => {
      engine.follow({ provider: true, crash: "panic: no" });
      const engineProcess = await start();
      const provider = await processTold();

      await assert.rejects(call(engineProcess.address.socket, "up", BODY));
      await engineProcess.ended;

      await gone(provider);
    });

    for (const [what, said, words] of [
      [
        "a crash of Go, whose stacks follow",
        "panic: no\n\ngoroutine 1 [running]:\nmain.main()",
        ": panic: no",
      ],
      ["its last words", "one\ntwo", ": two"],
      ["no log line, which is about something else", '{"level":"ERROR","msg":"provider ended"}', ""],
      [
        "no password of its backend",
        "open bucket postgres://me:secret@db/x: refused",
        ": open bucket postgres://****@db/x: refused",
      ],
    ] as const) {
      it(`tells how, with ${what}`, async () => {
        engine.follow({ crash: said });
        const { address, ended } = await start();

        await assert.rejects(call(address.socket, "up", BODY));

        assert.equal(await ended, `exit code 2${words}`);
        assert.deepEqual(lines, said.split("\n"));
      });
    }
  });

  describe("that does not start", () => {
    const ready = (identity: object) => `echo '${JSON.stringify(identity)}'; exec sleep 600`;

    it("is of another release of Pulumi", async () => {
      engine.follow({ pulumi: "3.200.0" });

      await failsToStart(start(), {
        message: /pulumi-warm-engine has Pulumi 3\.200\.0 in it, and 3\.246\.0 is needed$/,
        final: true,
      });
    });

    it("speaks another protocol", async () => {
      engine.follow({ protocol: 2 });

      await failsToStart(start(), {
        message: /pulumi-warm-engine speaks protocol 2, and 1 is needed$/,
        final: true,
      });
    });

    it("is no engine at all", async () => {
      const command = writeScript(join(dir(), "other"), "echo hello; exec sleep 600");

      await failsToStart(start({ command }), {
        message: /other is no warm engine: it said hello$/,
        final: true,
      });
    });

    it("is not there", async () => {
      await failsToStart(start({ command: join(dir(), "missing") }), {
        message: /^cannot run .*missing: spawn .* ENOENT$/,
        final: true,
      });
    });

    it("ends by itself", async () => {
      engine.follow({ atStart: { says: "PULUMI_BACKEND_URL is not set", exit: 1 } });

      await failsToStart(start(), {
        message: /^the warm engine \S+ did not start: exit code 1: PULUMI_BACKEND_URL is not set$/,
        final: false,
      });
    });

    it("takes too long, and is killed", async () => {
      const command = writeScript(join(dir(), "slow"), "echo $$ >&2; exec sleep 600");
      const starting = failsToStart(start({ command }), {
        message: /^the warm engine was not ready within 30 s$/,
        final: false,
      });
      const slow = await processTold();

      await clock.advance(30_000);

      await starting;
      await gone(slow);
    });

    it("is not wanted any more, and is killed", async () => {
      const abort = new AbortController();
      const command = writeScript(join(dir(), "slow"), "echo $$ >&2; exec sleep 600");
      const starting = failsToStart(start({ command }, abort.signal), {
        message: /called off/,
        final: false,
      });
      const slow = await processTold();

      abort.abort();

      await starting;
      await gone(slow);
    });

    it("is killed where it is not the one that is wanted", async () => {
      const script = `echo $$ >&2; ${ready({ protocol: 1, pulumi: "4.0.0", pid: 1 })}`;
      const command = writeScript(join(dir(), "newer"), script);

      await failsToStart(start({ command }), { message: /has Pulumi 4\.0\.0 in it/, final: true });

      const newer = await processTold();
      await gone(newer);
    });
  });
});
