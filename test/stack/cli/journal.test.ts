import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { RunJournal } from "../../../stack/cli/journal";
import { identify, type ProcessIdentity } from "../../../stack/cli/session";
import { useClock } from "../../support/clock";
import { eventually } from "../../support/eventually";
import { isRunning } from "../../support/processes";
import { useTempDir } from "../../support/tempDir";

const STACK = "components.r1-catalog-api";
const LONGEST_RUN = 315_000;

describe("RunJournal", () => {
  const dir = useTempDir();
  const clock = useClock();
  let started: ChildProcess[];

  beforeEach(() => {
    started = [];
  });
  afterEach(() => {
    for (const child of started) child.kill("SIGKILL");
  });

  const journal = () => new RunJournal(join(dir(), "runs"), LONGEST_RUN);
  const holder = (pid: number, host = hostname()) => ({ user: "root", host, pid, since: "" });

  /** Writes an entry as another process of this installation has. */
  function entryOf(host: string, pid: number, startTime?: number, worker?: ProcessIdentity): void {
    const entry = { stack: STACK, host, pid, startTime, startedAt: Date.now(), worker };
    writeFileSync(join(dir(), "runs", `${STACK}.${pid}.json`), JSON.stringify(entry));
  }

  /** Starts a process that is the engine's by its name, and that leads a session. */
  const startEngine = () => start("pulumi");

  /** Starts a process that is not the engine's. */
  const startOther = () => start("other");

  async function start(name: string): Promise<number> {
    const child = spawn("bash", ["-c", `exec -a ${name} sleep 600`], { detached: true, stdio: "ignore" });
    started.push(child);
    const pid = child.pid ?? 0;
    await eventually(`${name} runs`, () =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(`${name}\0`),
    );
    return pid;
  }

  /** The pid of a process that is certainly over. */
  async function endedPid(): Promise<number> {
    const child = spawn("true");
    await once(child, "close");
    return child.pid ?? 0;
  }

  it("takes a lock for abandoned when the run of this installation that took it is over", async () => {
    const pid = await endedPid();
    journal().begin(STACK, pid);

    assert.equal(journal().isAbandoned(STACK, holder(pid)), true);
  });

  it("does not while that run is under way", async () => {
    const pid = await startEngine();
    journal().begin(STACK, pid);

    assert.equal(journal().isAbandoned(STACK, holder(pid)), false);
  });

  it("takes a run for over when its pid has gone to another process, be it one of the engine", async () => {
    const pid = await startEngine();
    const runs = journal();
    entryOf(hostname(), pid, 1);

    assert.equal(runs.isAbandoned(STACK, holder(pid)), true);
    runs.killOrphans();
    assert.equal(isRunning(pid), true);
  });

  it("does not take a stranger's lock for its own", async () => {
    const pid = await endedPid();
    journal().begin(STACK, pid);

    assert.equal(journal().isAbandoned(STACK, holder(pid, "elsewhere")), false);
    assert.equal(journal().isAbandoned(STACK, holder(pid + 1)), false);
    assert.equal(journal().isAbandoned("components.other", holder(pid)), false);
  });

  it("takes a run on another machine for over once no run can still be under way", async () => {
    const elsewhere = journal();
    entryOf("node-b", 17);

    await clock.advance(LONGEST_RUN);
    assert.equal(elsewhere.isAbandoned(STACK, holder(17, "node-b")), false);
    await clock.advance(1);
    assert.equal(elsewhere.isAbandoned(STACK, holder(17, "node-b")), true);
  });

  it("forgets a run that ended by itself", async () => {
    const pid = await endedPid();
    journal().begin(STACK, pid);
    journal().end(STACK, pid);

    assert.equal(journal().isAbandoned(STACK, holder(pid)), false);
    assert.deepEqual(readdirSync(join(dir(), "runs")), []);
  });

  it("forgets the abandoned runs of one stack, and keeps the others", async () => {
    const [over, alive] = [await endedPid(), await startEngine()];
    journal().begin(STACK, over);
    journal().begin(STACK, alive);
    journal().begin("components.other", over);

    journal().forgetAbandoned(STACK);

    assert.deepEqual(readdirSync(join(dir(), "runs")).sort(), [
      `components.other.${over}.json`,
      `${STACK}.${alive}.json`,
    ]);
  });

  it("kills what an earlier process of this installation left running, and keeps the entry for the lock", async () => {
    const orphan = await startEngine();
    journal().begin(STACK, orphan);

    assert.deepEqual(journal().killOrphans(), [STACK]);

    await eventually("the orphan is gone", () => !isRunning(orphan));
    assert.equal(journal().isAbandoned(STACK, holder(orphan)), true);
  });

  it("kills the worker too that started it, which may hang where nobody ends it", async () => {
    const runs = journal();
    const worker = await startOther();
    entryOf(hostname(), await endedPid(), 1, identify(worker));

    runs.killOrphans();

    await eventually("the worker is gone", () => !isRunning(worker));
  });

  it("does not kill a program that was given the pid of an earlier worker, and not itself", async () => {
    const runs = journal();
    const other = await startOther();
    entryOf(hostname(), await endedPid(), 1, { pid: other, startTime: 1 });
    runs.begin(STACK, await endedPid());

    runs.killOrphans();

    assert.ok(isRunning(other));
  });

  it("ends what a lost worker has left of one run, and is done when it has ended", async () => {
    const runs = journal();
    const [left, earlier] = [await startEngine(), await startEngine()];
    runs.begin("components.earlier", earlier);
    await clock.advance(1);
    const began = Date.now();
    runs.begin(STACK, left);

    await runs.killLeftBy(process.pid + 1, began);
    assert.deepEqual([left, earlier].map(isRunning), [true, true]);
    let done = false;
    void runs.killLeftBy(process.pid, began).then(() => (done = true));
    await eventually("it is done", async () => {
      await clock.advance(10);
      return done;
    });
    assert.deepEqual([left, earlier].map(isRunning), [false, true]);
    assert.equal(runs.isAbandoned(STACK, holder(left)), true, "its lock is still to be seen to");
  });

  it("does not kill a program that was given the pid of an earlier run", async () => {
    const pid = await startOther();
    journal().begin(STACK, pid);

    journal().killOrphans();

    assert.ok(isRunning(pid));
  });

  it("does not kill anything for an entry of another machine", async () => {
    const runs = journal();
    const pid = await startEngine();
    entryOf("node-b", pid);

    assert.deepEqual(runs.killOrphans(), []);
    assert.ok(isRunning(pid));
  });

  it("reads past an entry that was cut off", async () => {
    const pid = await endedPid();
    journal().begin(STACK, pid);
    writeFileSync(join(dir(), "runs", "components.cut.1.json"), '{"stack":');

    assert.equal(journal().isAbandoned(STACK, holder(pid)), true);
  });
});
