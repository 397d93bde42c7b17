import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensureDependencies, isInstalled, isNodeSupported } from "../../dev/run.mjs";
import { useTempDir } from "./support";

const RUN = path.join(__dirname, "../../dev/run.mjs");

describe("dev/run.mjs", () => {
  const dir = useTempDir();
  const record = (): string => path.join(dir(), "node_modules/.package-lock.json");
  const quiet = (): void => undefined;

  const wanted = {
    "": { name: "a-project" },
    "node_modules/a": { integrity: "sha512-a1" },
    "node_modules/other-system": { integrity: "sha512-b1", optional: true },
  };

  function writeLockFile(packages: object = wanted): void {
    writeFileSync(path.join(dir(), "package-lock.json"), JSON.stringify({ packages }));
  }

  function writeRecord(packages: object): void {
    mkdirSync(path.dirname(record()), { recursive: true });
    writeFileSync(record(), JSON.stringify({ packages }));
  }

  function install(): Promise<void> {
    writeRecord({ "node_modules/a": { integrity: "sha512-a1" } });
    return Promise.resolve();
  }

  beforeEach(() => {
    writeLockFile();
  });

  it("asks for Node 20.19", () => {
    assert.deepEqual(
      ["18.20.8", "20.18.3", "20.19.0", "22.0.0", "24.1.0"].map((version) => isNodeSupported(version)),
      [false, false, true, true, true],
    );
  });

  it("accepts what npm installed by hand, without the packages of other systems", async () => {
    assert.equal(isInstalled(dir()), false);
    await install();
    assert.equal(isInstalled(dir()), true);
  });

  it("does not accept a package of another version, nor an installation without development packages", () => {
    writeRecord({ "node_modules/a": { integrity: "sha512-a0" } });
    assert.equal(isInstalled(dir()), false);
    writeRecord({});
    assert.equal(isInstalled(dir()), false);
  });

  it("installs once and says so", async () => {
    const lines: string[] = [];
    const log = (line: string): void => {
      lines.push(line);
    };
    await ensureDependencies(dir(), { install, log });
    await ensureDependencies(dir(), { install: () => assert.fail("installed again"), log });
    assert.deepEqual(lines, ["installing dependencies (npm ci)", "dependencies installed (0s)"]);
  });

  it("installs again when the lock file has changed", async () => {
    await ensureDependencies(dir(), { install, log: quiet });
    writeLockFile({ ...wanted, "node_modules/new": { integrity: "sha512-c1" } });
    assert.equal(isInstalled(dir()), false);
  });

  it("does not take an interrupted installation for a complete one", async () => {
    await ensureDependencies(dir(), { install, log: quiet });
    writeLockFile({ ...wanted, "node_modules/new": { integrity: "sha512-c1" } });
    const interrupted = (): Promise<void> => Promise.reject(new Error("npm ci failed (SIGINT)"));
    await assert.rejects(ensureDependencies(dir(), { install: interrupted, log: quiet }), /SIGINT/);
    writeLockFile();
    assert.equal(isInstalled(dir()), false);
    assert.equal(existsSync(record()), false);
  });

  it("installs once for two that start together", async () => {
    let installations = 0;
    const slow = async (): Promise<void> => {
      installations++;
      await new Promise(setImmediate);
      await install();
    };
    const start = (): Promise<void> => ensureDependencies(dir(), { install: slow, log: quiet });
    await Promise.all([start(), start()]);
    assert.equal(installations, 1);
  });

  it("runs a TypeScript file as the main program, with its arguments and exit code", function () {
    this.timeout(20_000);
    const file = path.join(dir(), "program.ts");
    writeFileSync(
      file,
      `enum Code { Seven = 7 }
       const args: string[] = process.argv.slice(2);
       console.log(require.main === module, ...args);
       process.exitCode = Code.Seven;`,
    );
    const { stdout, status } = spawnSync(process.execPath, [RUN, file, "one", "--two"], { encoding: "utf8" });
    assert.equal(stdout, "true one --two\n");
    assert.equal(status, 7);
  });

  it("says how it is used", () => {
    const { stderr, status } = spawnSync(process.execPath, [RUN], { encoding: "utf8" });
    assert.match(stderr, /^usage: node dev\/run\.mjs FILE\.ts/);
    assert.equal(status, 1);
  });
});
