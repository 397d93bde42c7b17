import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { writePlugins } from "../../../stack/automation/plugins";
import { useTempDir } from "../../support/tempDir";

describe("The provider plugins of an installation", function () {
  this.timeout(30_000);
  const tempDir = useTempDir();

  it("are programs that the engine finds by their names", () => {
    const [plugin, ...others] = writePlugins(tempDir());
    assert.deepEqual(plugin, { name: "whalecloud-apig", path: join(tempDir(), "plugins") });
    assert.deepEqual(others, []);
    assert.deepEqual(readdirSync(join(tempDir(), "plugins")), ["pulumi-resource-whalecloud-apig"]);
  });

  it("start from this installation, also in a folder with quotes in its name", async () => {
    const folder = join(tempDir(), "it's here");
    mkdirSync(folder);
    writePlugins(folder);
    const program = join(folder, "plugins", "pulumi-resource-whalecloud-apig");
    const child = spawn(program, ["127.0.0.1:1"], { cwd: "/", stdio: ["pipe", "pipe", "inherit"] });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    assert.match(port, /^\d+$/);
    child.stdin.end();
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  it("are not written again where they are as they should be, for an engine may be starting them", () => {
    const file = join(tempDir(), "plugins", "pulumi-resource-whalecloud-apig");
    writePlugins(tempDir());
    const { ino } = statSync(file);
    writePlugins(tempDir());
    assert.equal(statSync(file).ino, ino);
  });
});
