import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { waitFor } from "../../../dev/controlPlane/waitFor";

const ROOT = path.join(__dirname, "../../..");

/** A run of the demo in a pipe, as `npm run demo` starts it. */
class Run {
  output = "";
  readonly ended: Promise<number | null>;
  readonly child: ChildProcess;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, ["dev/run.mjs", "dev/demo/main.ts", ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      // What a user has set must not matter.
      env: { ...process.env, CI: "1", ODA_GATEWAY: "none", APIOPERATORISTIO_PUBLICHOSTNAME: "example.org" },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.ended = new Promise((resolve) => {
      this.child.once("close", resolve);
    });
  }

  /** Waits until it has written something. */
  async hasWritten(pattern: RegExp): Promise<RegExpExecArray> {
    return waitFor(`${pattern.source} in the output of the demo`, 120_000, () => {
      const found = pattern.exec(this.output);
      if (found === null && this.child.exitCode !== null) throw new Error(this.output);
      return found ?? undefined;
    });
  }

  /** The processes that it started itself, by their command. */
  children(): { pid: number; command: string }[] {
    const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
    return lines.flatMap((line) => {
      const [, pid, ppid, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return Number(ppid) === this.child.pid ? [{ pid: Number(pid), command }] : [];
    });
  }

  /** The process that runs a program, which must be there. */
  process(program: string): number {
    const found = this.children().find(({ command }) => command.includes(program));
    assert.ok(found, `no ${program} among ${JSON.stringify(this.children())}`);
    return found.pid;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("npm run demo, in a pipe", function () {
  this.timeout(180_000);

  it("shows three APIs from their creation to their removal and ends with 0", async () => {
    const run = new Run();
    assert.equal(await run.ended, 0, run.output);
    for (const line of [
      /^Pulumi engine: (warm, one process for all runs|cli, a process for each run; see .+)$/m,
      /^ {2}NAME +GATEWAY +URL +READY +LAST RUN +TIME$/m,
      /^ {2}pc-productcatalogmanagement +istio +https:\/\/203\.0\.113\.7\/\S+\/v4 +True +[\d:]{8} +[\d.]+ s$/m,
      /✓ pc-metrics has a ServiceMonitor too/,
      /✓ Component pc-productcatalog lists them in its status/,
      /PoliciesEnforced=False, gateway istio does not enforce spec\.quota$/m,
      /✓ endpoints gone: Ready=False after/,
      /✓ endpoints back: Ready=True after/,
      /✓ no engine run/,
      /→ https:\/\/203\.0\.113\.7\/pc\/tmf-api\/productCatalogManagement\/v5/,
      /✓ Reconciled=False, InvalidSpec: spec\.path[^;]*$/m,
      /✓ VirtualService pc-productcatalogmanagement: spec\.hosts was changed by \S+ at \S+; put back/,
      /✓ the route is as it was after/,
      /✓ pc-partyrole: object, VirtualService and stack are gone/,
      /✓ the Component and all it owned are gone/,
      /^ {2}engine runs +9 /m,
      /Everything is stopped, and its files are removed\.\n$/,
    ]) {
      assert.match(run.output, line);
    }
    assert.doesNotMatch(run.output, /FAILED/);
    assert.ok(!run.output.includes("\u001b"), "no control sequences");
  });

  it("fails, says why and stops everything when the watcher ends", async () => {
    const run = new Run();
    await run.hasWritten(/^1\. /m);
    const supervisor = run.process("supervisor.mjs");
    process.kill(run.process("watcher/main.ts"), "SIGKILL");
    assert.equal(await run.ended, 1, run.output);
    assert.match(
      run.output,
      /FAILED\n {2}expected: the watcher to go on running\n {2}seen: +it ended with SIGKILL/,
    );
    const [, log = ""] = /log of the watcher: (\S+); its last lines:\n {4}\{/.exec(run.output) ?? [];
    assert.ok(existsSync(log), run.output);
    rmSync(path.dirname(log), { recursive: true });
    assert.equal(isAlive(supervisor), false);
  });

  it("stops everything when it is interrupted, and ends with 130", async () => {
    const run = new Run();
    await run.hasWritten(/^watcher ready/m);
    const started = run.children().map(({ pid }) => pid);
    assert.equal(started.length, 2);
    run.child.kill("SIGTERM");
    assert.equal(await run.ended, 130, run.output);
    assert.deepEqual(started.filter(isAlive), []);
  });

  it("leaves everything running with --keep until it is interrupted", async () => {
    const run = new Run("--keep");
    const [, kubeconfig = ""] = await run.hasWritten(/export KUBECONFIG=(\S+)[^]*Ctrl-C stops/);
    assert.ok(existsSync(kubeconfig));
    run.child.kill("SIGINT");
    assert.equal(await run.ended, 0, run.output);
    assert.equal(existsSync(path.dirname(kubeconfig)), false);
  });

  it("refuses an argument that it does not know", async () => {
    const run = new Run("--kep");
    assert.equal(await run.ended, 2);
    assert.match(run.output, /--kep is not known; usage: npm run demo \[-- --keep\]/);
  });
});
