import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { startControlPlane, type ControlPlane } from "../../dev/controlPlane";
import { isAlive } from "../../dev/controlPlane/processes";
import { startDataPlane } from "../../dev/dataPlane";
import { findDataPlane, type DataPlaneToolchain } from "../../dev/toolchain";
import { useTempDir, writeScript } from "../dev/support";

const workload = { namespace: "gateways", labels: { istio: "test" } };

describe("startDataPlane", function () {
  this.timeout(60_000);
  const temp = useTempDir();
  let toolchain: DataPlaneToolchain;
  let controlPlane: ControlPlane | undefined;

  before(async function () {
    this.timeout(3_600_000); // the first time on a machine
    const found = await findDataPlane();
    if (found === undefined) this.skip();
    toolchain = found;
    controlPlane = await startControlPlane({ toolchain });
  });
  after(async () => {
    await controlPlane?.stop();
  });

  it("starts istiod and Envoy, and leaves nothing of them", async () => {
    const dataPlane = await startDataPlane({ toolchain, controlPlane: controlPlane!, workload });
    const { dir } = dataPlane;
    const pids = ["istiod", "envoy"].map((name) =>
      Number(readFileSync(path.join(dir, `${name}.pid`), "utf8")),
    );
    assert.deepEqual(pids.map(isAlive), [true, true]);
    assert.match(await dataPlane.configDump(), /"NAMESPACE": "gateways"/);
    await Promise.all([dataPlane.stop(), dataPlane.stop()]);
    assert.deepEqual(pids.map(isAlive), [false, false]);
    assert.equal(existsSync(dir), false);
  });

  it("tells why one of them did not start, and ends the other", async () => {
    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = temp();
    const envoy = writeScript(path.join(temp(), "envoy"), "echo no such option >&2", "exit 3");
    try {
      await assert.rejects(
        startDataPlane({ toolchain: { ...toolchain, envoy }, controlPlane: controlPlane!, workload }),
        /did not start:\nistiod:\n[^]*envoy:\nno such option/,
      );
      assert.deepEqual(readdirSync(temp()), ["envoy"]);
    } finally {
      if (TMPDIR === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = TMPDIR;
    }
  });
});
