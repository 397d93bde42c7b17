import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { useTempDir } from "../support/tempDir";

describe("The watcher's process", function () {
  this.timeout(60_000);
  const dir = useTempDir();

  const start = (
    environment: NodeJS.ProcessEnv,
  ): { readonly status: number | null; readonly stderr: string } =>
    spawnSync(process.execPath, ["-r", "tsx/cjs", join(__dirname, "..", "..", "watcher", "main.ts")], {
      env: { PATH: process.env["PATH"], HOME: dir(), ...environment },
      encoding: "utf8",
      timeout: 50_000,
    });

  it("says that there is no cluster, and waits for none", () => {
    const { status, stderr } = start({});

    assert.equal(status, 1);
    assert.match(stderr, /^oda-api: there is no cluster: KUBECONFIG is not set/);
  });

  it("says that a kubeconfig cannot be read", () => {
    const { status, stderr } = start({ KUBECONFIG: join(dir(), "missing") });

    assert.equal(status, 1);
    assert.match(stderr, /^oda-api: KUBECONFIG: cannot be read: .*missing/);
  });
});
