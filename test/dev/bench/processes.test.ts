import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { memoryOf, descriptorsOf } from "../../../dev/bench/proc";
import { processTree, programsBelow, roleOf } from "../../../dev/bench/processes";
import { cpuByRole, memoryByRole, total, usedBetween } from "../../../dev/bench/resources";

describe("processes of a watcher", () => {
  it("are told apart by their command lines", () => {
    const roles = [
      ["/usr/bin/pulumi-warm-engine", "--socket", "/state/engine.sock"],
      ["/home/.pulumi/plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes", "127.0.0.1:1"],
      ["pulumi", "up"],
      ["/opt/pulumi/pulumi-language-nodejs"],
      ["/usr/bin/node", "/app/dist/stack/pool/worker.js"],
      ["/usr/bin/node", "--require", "tsx/cjs", "/src/stack/pool/worker.ts"],
      ["/usr/bin/esbuild", "--service"],
      [""],
    ].map(roleOf);
    assert.deepEqual(roles, ["engine", "providers", "cli", "cli", "workers", "workers", "others", "others"]);
  });

  it("are found below the one that started them, with what each uses", async () => {
    if (process.platform !== "linux") return;
    const child = spawn(process.execPath, ["-e", "console.log(); process.stdin.resume()", "/pool/worker.js"]);
    try {
      await once(child.stdout, "data");
      const tree = processTree(process.pid);
      assert.equal(tree[0]!.role, "watcher");
      assert.ok(tree.some(({ pid, role }) => pid === child.pid && role === "workers"));
      assert.deepEqual(processTree(child.pid!).length, 1);
      assert.deepEqual(programsBelow(child.pid!, ["node"]), [child.pid]);
      assert.ok(memoryByRole(process.pid)!.workers! > 1);
      assert.ok(descriptorsOf(child.pid!)! >= 3);
    } finally {
      child.stdin.end();
      await once(child, "exit");
    }
    assert.deepEqual(processTree(child.pid!), []);
  });

  it("go on counting once they have ended", async () => {
    if (process.platform !== "linux") return;
    const before = cpuByRole(process.pid)!;
    const child = spawn(process.execPath, ["-e", "const end = Date.now() + 100; while (Date.now() < end);"]);
    await once(child, "exit");
    assert.ok(total(usedBetween(before, cpuByRole(process.pid)!, 1)) > 0.01);
  });

  it("have no figures where they are not there", () => {
    assert.deepEqual(processTree(-1), []);
    assert.equal(memoryByRole(-1), undefined);
    assert.equal(memoryOf(-1), undefined);
    assert.equal(descriptorsOf(-1), undefined);
  });

  it("are charged with what was used between two readings, also where one is new or gone", () => {
    const used = usedBetween({ watcher: 10, cli: 1 }, { watcher: 12, cli: 1, engine: 4 }, 2);
    assert.deepEqual(used, { watcher: 1, cli: 0, engine: 2 });
  });
});
