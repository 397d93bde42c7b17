import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { eventually } from "../../support/eventually";
import { isRunning } from "../../support/processes";

describe("A worker whose parent ends", function () {
  this.timeout(60_000);
  let parent: ChildProcess;
  let worker: number;

  beforeEach(async () => {
    parent = spawn(process.execPath, ["-r", "tsx/cjs", join(__dirname, "stubParent.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [told] = (await once(parent.stdout!, "data")) as [Buffer];
    worker = Number(told.toString());
    assert.ok(isRunning(worker));
  });
  afterEach(() => {
    parent.kill("SIGKILL");
    if (isRunning(worker)) process.kill(worker, "SIGKILL");
  });

  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    it(`ends with it, also in the middle of a run: ${signal}`, async () => {
      parent.kill(signal);

      await eventually("the worker is gone", () => !isRunning(worker));
    });
  }
});
