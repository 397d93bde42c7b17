import assert from "node:assert/strict";
import { join } from "node:path";
import { CliSource, findCli } from "../../../stack/cli/cliSource";
import { useTempDir } from "../../support/tempDir";
import { fakePulumi } from "./fakePulumi";

describe("findCli", () => {
  const dir = useTempDir();
  const path = process.env["PATH"] ?? "";
  afterEach(() => {
    process.env["PATH"] = path;
  });

  it("finds the CLI on PATH, with its version", async () => {
    fakePulumi(dir());
    process.env["PATH"] = `${dir()}:${path}`;

    assert.deepEqual(await findCli(), { kind: "cli", command: "pulumi", version: "3.246.0" });
  });

  it("says so where there is none", async () => {
    process.env["PATH"] = join(dir(), "empty");

    await assert.rejects(findCli(), /^Error: no Pulumi CLI on PATH that fits the SDK, /);
  });
});

describe("CliSource", () => {
  it("gives every run the same CLI, and has nothing to end", async () => {
    const address = { kind: "cli", command: "pulumi", version: "3.246.0" } as const;
    const source = new CliSource(address);

    const leases = await Promise.all([source.lease(), source.lease()]);

    assert.deepEqual(
      leases.map((lease) => lease.address),
      [address, address],
    );
    for (const lease of leases) lease.release("ended");
    await source.close();
  });

  it("gives nothing to a run that was given up", async () => {
    const source = new CliSource({ kind: "cli", command: "pulumi", version: "3.246.0" });

    await assert.rejects(source.lease(AbortSignal.abort()), { reason: "EngineStopped" });
  });
});
