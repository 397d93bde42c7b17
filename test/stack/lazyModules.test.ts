import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What a new process prints that imports the lazy modules and Pulumi, and then does this. */
function inNewProcess(script: string, before = ""): unknown {
  const begin = `require("./stack/lazyModules"); const pulumi = require("@pulumi/pulumi");
    const loaded = () => Object.values(require.cache)
      .flatMap((module) => module.children === undefined ? [] : [module.filename])
      .filter((file) => /typescript\\/lib|arborist\\/lib\\/index/.test(file)).length;
    const tell = (value) => console.log(JSON.stringify(value));`;
  const output = execFileSync(process.execPath, ["-r", "tsx/cjs", "-e", `${before}\n${begin}\n${script}`], {
    cwd: join(__dirname, "../.."),
    encoding: "utf8",
  });
  return JSON.parse(output);
}

describe("Modules that Pulumi seldom needs", function () {
  this.timeout(60_000);

  it("are not loaded with it", () => {
    assert.equal(inNewProcess("tell(loaded());"), 0);
  });

  it("are there when it asks for them", () => {
    const script = `pulumi.runtime.serializeFunction(() => 6 * 7)
      .then(({ text }) => pulumi.runtime.computeCodePaths().then((paths) => tell([text, paths.size > 0, loaded()])));`;

    const [text, paths, loaded] = inNewProcess(script) as [string, boolean, number];

    assert.match(text, /6 \* 7/);
    assert.deepEqual([paths, loaded], [true, 2]);
  });

  it("are whole to who looks at all that they have", () => {
    const script = `const pulumiRequire = require("node:module").createRequire(require.resolve("@pulumi/pulumi"));
      const lazy = pulumiRequire("@npmcli/arborist");
      const before = loaded();
      const seen = ["Node" in lazy, Object.keys(lazy).includes("Node"), typeof { ...lazy }.Node];
      tell([before, ...seen]);`;

    assert.deepEqual(inNewProcess(script), [0, true, true, "function"]);
  });

  it("are left to Pulumi where its release has none of such a name", () => {
    const script = "tell(loaded());";
    const moved = `const { Module } = require("node:module"); const resolve = Module._resolveFilename;
      Module._resolveFilename = function (name, ...rest) {
        if (name === "./typescript-shim" && rest[0]?.filename?.endsWith("pulumi/index.js")) throw new Error("moved");
        return resolve.call(this, name, ...rest);
      };`;

    assert.equal(inNewProcess(script, moved), 1);
  });
});
