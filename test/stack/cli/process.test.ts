import assert from "node:assert/strict";
import { join } from "node:path";
import { mock } from "node:test";
import { runProcess, type ProcessOptions } from "../../../stack/cli/process";
import { useClock } from "../../support/clock";
import { eventually } from "../../support/eventually";
import { isRunning, writeScript, written } from "../../support/processes";
import { useTempDir } from "../../support/tempDir";

const DEADLINE = 60_000;
const GRACE = 10_000;

describe("runProcess", () => {
  const dir = useTempDir();
  const clock = useClock();
  let pids: number[];

  beforeEach(() => {
    pids = [];
  });
  afterEach(() => {
    for (const pid of pids.filter(isRunning)) process.kill(pid, "SIGKILL");
  });

  /** Runs a bash script. */
  function run(lines: readonly string[], options: Partial<ProcessOptions> = {}) {
    return runProcess(writeScript(join(dir(), "script"), ...lines), ["one", "two"], {
      cwd: dir(),
      env: { ...process.env, GREETING: "hello" },
      deadline: DEADLINE,
      grace: GRACE,
      onStart: (pid) => pids.push(pid),
      ...options,
    });
  }

  it("gives back what a process prints and how it ends", async () => {
    const result = await run(['echo "$GREETING $1 $2 in $PWD"', "echo oh >&2", "exit 3"]);

    assert.deepEqual(result, {
      code: 3,
      signal: null,
      stdout: `hello one two in ${dir()}\n`,
      stderr: "oh\n",
      timedOut: false,
    });
  });

  it("gives no input, so that a process that asks does not wait for ever", async () => {
    const { stdout } = await run(['read -r answer || echo "no answer"']);

    assert.equal(stdout, "no answer\n");
  });

  it("tells the pid before anything is printed", async () => {
    const { stdout } = await run(["echo $$"]);

    assert.deepEqual(pids, [Number(stdout)]);
  });

  it("throws the error of a command that is missing", async () => {
    const missing = runProcess(join(dir(), "missing"), [], {
      cwd: dir(),
      env: {},
      deadline: DEADLINE,
      grace: GRACE,
      onStart: (pid) => pids.push(pid),
    });

    await assert.rejects(missing, { code: "ENOENT" });
    assert.deepEqual(pids, []);
  });

  it("kills the process when its start cannot be noted, and throws why", async () => {
    const running = run(["exec sleep 600"], {
      onStart: (pid) => {
        pids.push(pid);
        throw new Error("no journal");
      },
    });

    await assert.rejects(running, /no journal/);
    await eventually("the process is gone", () => !isRunning(pids[0] ?? 0));
  });

  it("asks a process to stop when its deadline has passed, and waits while it saves its work", async () => {
    const running = run(["trap 'echo saved; exit 130' INT", "echo > ready", "while :; do sleep 0.05; done"]);
    await written(join(dir(), "ready"));

    await clock.advance(DEADLINE);

    assert.deepEqual(await running, {
      code: 130,
      signal: null,
      stdout: "saved\n",
      stderr: "",
      timedOut: true,
    });
  });

  it("kills a process that does not stop, with the plugins it has started", async () => {
    // `set -m` gives each child a process group of its own, as the engine does with its plugins.
    const running = run([
      "set -m",
      "trap '' INT",
      "sleep 600 &",
      "echo $! > plugin",
      "while :; do sleep 600; done",
    ]);
    const plugin = Number(await written(join(dir(), "plugin")));
    pids.push(plugin);

    await clock.advance(DEADLINE);
    assert.ok(isRunning(plugin));
    await clock.advance(GRACE);

    const { code, signal, timedOut } = await running;
    assert.deepEqual({ code, signal, timedOut }, { code: null, signal: "SIGKILL", timedOut: true });
    await eventually("the plugin is gone", () => !isRunning(plugin));
  });

  it("asks a process to stop when the caller gives up, and does not call that a deadline", async () => {
    const abort = new AbortController();
    const running = run(["trap 'exit 130' INT", "echo > ready", "while :; do sleep 0.05; done"], {
      signal: abort.signal,
    });
    await written(join(dir(), "ready"));

    abort.abort();

    const { code, timedOut } = await running;
    assert.deepEqual({ code, timedOut }, { code: 130, timedOut: false });
  });

  it("stops at once when the caller had given up before", async () => {
    const { signal } = await run(["exec sleep 600"], { signal: AbortSignal.abort() });

    assert.equal(signal, "SIGINT");
  });

  it("leaves no timer behind that would touch a later process of the same pid", async () => {
    await run(["exit 0"]);
    const kill = mock.method(process, "kill", () => true);
    await clock.advance(DEADLINE + GRACE);
    kill.mock.restore();

    assert.equal(kill.mock.callCount(), 0);
  });
});
