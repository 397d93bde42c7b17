// `pulumi up` over manifests of APIs behind the WhaleCloud API gateway: no watcher, no cluster.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { ensureToolchain, withEngines, type Toolchain } from "../../../dev/toolchain";
import { exposedApi } from "../../e2e/support/manifests";
import { FakeApig } from "../../support/apig/fakeApig";

const run = promisify(execFile);
const root = join(__dirname, "../../..");

describe("pulumi up with the WhaleCloud API gateway", function () {
  this.timeout(240_000);
  let dir: string;
  let fake: FakeApig;
  let toolchain: Toolchain;

  const pulumi = (cwd: string, ...args: string[]): Promise<{ readonly stdout: string }> =>
    run(toolchain.pulumi, [...args, "--non-interactive"], {
      cwd,
      env: {
        ...process.env,
        PATH: withEngines(toolchain, process.env["PATH"]),
        PULUMI_HOME: toolchain.pulumiHome,
        PULUMI_BACKEND_URL: `file://${dir}`,
        PULUMI_CONFIG_PASSPHRASE: "for this test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    });
  const onStack = (...args: string[]): Promise<{ readonly stdout: string }> =>
    pulumi(root, ...args, "--stack", "static", "--config-file", join(dir, "Pulumi.static.yaml"));

  before(async () => {
    toolchain = await ensureToolchain();
    fake = await FakeApig.start();
    dir = mkdtempSync(join(tmpdir(), "oda-api-apig-static-"));
    const manifest = join(dir, "shop.yaml");
    writeFileSync(manifest, stringify(exposedApi("shop")));
    const platform = join(dir, "platform.yaml");
    writeFileSync(platform, stringify({ whalecloudApig: { endpoint: fake.endpoint } }));
    // `stack init` writes its settings beside the project file it finds: one of the same name, in this folder.
    writeFileSync(join(dir, "Pulumi.yaml"), stringify({ name: "oda-api-static", runtime: "nodejs" }));
    await pulumi(dir, "stack", "init", "static", "--no-select");
    await onStack("config", "set", "oda:apis", manifest);
    await onStack("config", "set", "oda:platform", platform);
    await onStack("config", "set", "oda:gateway", "whalecloud-apig");
  });

  after(async () => {
    await fake.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("previews without asking the gateway", async () => {
    const { stdout } = await onStack("preview");
    assert.match(stdout, /whalecloud-apig:index:ApiRegistration/);
    assert.deepEqual(fake.requests, []);
  });

  it("names the key of a setting that is wrong, and not where in the program that was noticed", async () => {
    await onStack("config", "set", "oda:gateway", "azure-api");
    await assert.rejects(onStack("preview"), ({ stdout }: { readonly stdout: string }) => {
      assert.match(stdout, /error: oda:gateway: "azure-api" must be one of/);
      assert.doesNotMatch(stdout, /PromiseRejection|unhandled| at serve/);
      return true;
    });
    await onStack("config", "set", "oda:gateway", "whalecloud-apig");
  });

  it("fails as long as the gateway does, refreshed or not", async () => {
    const failing = { answer: { status: 500, body: "oops" } };
    fake.fail(failing, failing);
    for (const [index, flags] of [[], ["--refresh"]].entries()) {
      await assert.rejects(
        onStack("up", "--yes", "--skip-preview", ...flags),
        ({ stdout }: { readonly stdout: string }) => stdout.includes("HTTP status 500"),
      );
      assert.equal(fake.requests.length, index + 1);
    }
    const { stdout } = await onStack("preview", "--refresh");
    assert.match(stdout, /~ .*whalecloud-apig:index:ApiRegistration/);
  });

  it("binds the API, and removes it with the stack", async () => {
    await onStack("up", "--yes", "--skip-preview");
    assert.deepEqual(
      fake.bound.map(({ path }) => path),
      ["/shop/v4"],
    );
    await onStack("destroy", "--yes", "--skip-preview");
    assert.deepEqual(fake.bound, []);
  });
});
