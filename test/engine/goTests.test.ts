// The tests that stand beside the Go sources of the warm engine.
import { strict as assert } from "node:assert";
import path from "node:path";
import { runCommand } from "../../dev/toolchain/childProcess";
import { findGo, type Go } from "../../dev/toolchain/goBuild";

const sources = path.join(__dirname, "..", "..", "engine");

describe("The sources of the warm engine", function () {
  // The first build of the library takes minutes.
  this.timeout(900_000);
  let go: Go;

  before(async function () {
    const found = await findGo(process.env).catch(() => undefined);
    if (found === undefined) this.skip();
    go = found;
  });

  it("pass their own tests", async () => {
    const output = await runCommand("go", ["test", "-trimpath", "-ldflags=-s -w", "-v", "."], {
      cwd: sources,
      env: go.env,
    });
    assert.match(output, /^ok\s/m);
    assert.doesNotMatch(output, /no tests to run/);
  });

  it("are formatted", async () => {
    assert.equal(await runCommand("gofmt", ["-l", "."], { cwd: sources, env: go.env }), "");
  });
});
