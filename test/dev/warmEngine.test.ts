import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { GO_VERSION } from "../../dev/toolchain/goBuild";
import { Progress } from "../../dev/toolchain/progress";
import { setUp } from "../../dev/toolchain/setUp";
import { engineLayout, withEngines, type EngineToolchain } from "../../dev/toolchain/toolchain";
import { VERSIONS } from "../../dev/toolchain/versions";
import { partsOfNobody, Recorder, useTempDir, writeScript } from "./support";

describe("the warm engine in the toolchain", () => {
  const dir = useTempDir();
  const inDir = (...parts: string[]): string => path.join(dir(), ...parts);
  const sources = (): string => inDir("engine");
  const source = (text: string): void => {
    writeFileSync(path.join(sources(), "main.go"), text);
  };
  let log: Recorder;

  /** A machine with Pulumi and its provider, and with what the test puts into `bin`. */
  beforeEach(() => {
    log = new Recorder();
    mkdirSync(inDir("bin"));
    mkdirSync(sources());
    writeFileSync(path.join(sources(), "go.mod"), "module engine\n");
    source("package main\n");
    writeScript(inDir("pulumi/bin/pulumi"), "echo v3.246.0");
    writeScript(inDir("pulumi/bin/pulumi-language-nodejs"));
    writeScript(inDir("pulumi/plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes"));
  });

  function engine({ retry = false } = {}): Promise<EngineToolchain> {
    log.text = "";
    const names = ["pulumi", "kubernetes-provider", "warm-engine"];
    const parts = partsOfNobody(sources()).filter(({ name }) => names.includes(name));
    const env = { PATH: inDir("bin"), PULUMI_HOME: inDir("pulumi") };
    return setUp({ parts, cache: inDir("cache"), env, progress: new Progress(log), retry }, engineLayout);
  }

  /** Installs a Go that notes its builds, where from and with what, and ends them with `exitCode`. */
  function installGo(exitCode = 0): void {
    writeScript(
      inDir("bin/go"),
      'if [ "$1" = env ]; then echo go1.26.8; fi',
      'if [ "$1" = list ]; then echo fmt; echo engine; fi',
      'if [ "$1" = build ]; then',
      `  echo "$PWD $*" >> ${inDir("builds")}`,
      `  if [ ${exitCode} -ne 0 ]; then echo "main.go:1: wrong" >&2; exit ${exitCode}; fi`,
      '  while [ "$1" != -o ]; do shift; done',
      '  echo built > "$2"',
      "fi",
    );
  }

  const builds = (): string[] =>
    existsSync(inDir("builds")) ? readFileSync(inDir("builds"), "utf8").trim().split("\n") : [];
  const cached = (): string[] => readdirSync(inDir("cache")).filter((name) => name.startsWith("warm-engine"));

  it("is built from this repository's sources, with the flags of the Pulumi CLI", async () => {
    installGo();
    const { warmEngine = "" } = await engine();
    assert.match(
      path.relative(inDir("cache"), warmEngine),
      /^warm-engine-3\.246\.0-[0-9a-f]{12}-linux-amd64\/pulumi-warm-engine$/,
    );
    assert.equal(readFileSync(warmEngine, "utf8"), "built\n");
    const [build = ""] = builds();
    assert.ok(build.startsWith(`${sources()} build -v -trimpath -ldflags -s -w -X `));
    assert.match(build, /\/sdk\/v3\/go\/common\/version\.Version=v3\.246\.0 -o \S+ \.$/);
  });

  it("is built anew when its sources change, beside the last one, which may be running", async () => {
    installGo();
    const first = await engine();
    utimesSync(path.dirname(first.warmEngine!), 1, 1);
    source("package main // changed\n");
    const second = await engine();
    assert.notEqual(second.warmEngine, first.warmEngine);
    assert.equal(cached().length, 2);
    source("package main // changed again\n");
    const third = await engine();
    assert.deepEqual(
      cached().sort(),
      [second, third].map(({ warmEngine = "" }) => path.basename(path.dirname(warmEngine))).sort(),
    );
  });

  it("is as it was when only its tests change, or an earlier source is back", async () => {
    installGo();
    const first = await engine();
    writeFileSync(path.join(sources(), "main_test.go"), "package main\n");
    assert.deepEqual(await engine(), first);
    source("package main // changed\n");
    await engine();
    source("package main\n");
    assert.deepEqual(await engine(), first);
    assert.equal(builds().length, 2);
  });

  it("is left out without Go, and one line says what that means and what helps", async () => {
    const toolchain = await engine();
    assert.equal(toolchain.warmEngine, undefined);
    assert.deepEqual(
      log.lines.filter((line) => line.startsWith("warm-engine")),
      [
        "warm-engine 3.246.0 is left out: the Pulumi CLI does its work, slower. " +
          "Go 1.26.0 or newer (https://go.dev/dl) and npm run setup bring it. The reason: Go is not installed",
      ],
    );
    assert.deepEqual(await engine(), toolchain);
    assert.deepEqual(log.lines, ["toolchain ready (cached), without warm-engine"]);
  });

  it("is built as soon as there is Go", async () => {
    await engine();
    installGo();
    assert.ok((await engine()).warmEngine);
    await engine();
    assert.deepEqual(log.lines, ["toolchain ready (cached)"]);
  });

  it("whose build fails is left out with the compiler's words, and not tried again each time", async () => {
    installGo(1);
    assert.equal((await engine()).warmEngine, undefined);
    assert.match(log.text, /The reason: go build failed \(1\):\n +main\.go:1: wrong\n/);
    await engine();
    assert.equal(builds().length, 1);
  });

  it("whose build failed is tried again with other sources, another Go, or when asked to", async () => {
    installGo(1);
    await engine();
    source("package main // better\n");
    await engine();
    assert.equal(builds().length, 2);
    await engine({ retry: true });
    assert.equal(builds().length, 3);
    installGo(10);
    await engine();
    assert.equal(builds().length, 4);
  });

  it("is there for every set-up once one of them has made it", async () => {
    installGo(1);
    const toolchain = await engine();
    const places = partsOfNobody(sources()).find(({ name }) => name === "warm-engine")!;
    writeScript(inDir("cache", places.directory, "pulumi-warm-engine"));
    assert.deepEqual(await engine(), {
      ...toolchain,
      warmEngine: inDir("cache", places.directory, "pulumi-warm-engine"),
    });
    assert.equal(builds().length, 1);
  });

  describe("when installed", () => {
    const install = (answer: string): string =>
      writeScript(inDir("bin/pulumi-warm-engine"), `[ "$1" = --version ] && echo '${answer}'`);

    it("is taken, when it is of this Pulumi", async () => {
      const installed = install('{"protocol":1,"pulumi":"3.246.0"}');
      assert.equal((await engine()).warmEngine, installed);
      assert.ok(log.lines.includes(`warm-engine 3.246.0: installed in ${inDir("bin")}`));
    });

    const refused = [
      ["of another Pulumi, even a newer one", '{"protocol":1,"pulumi":"3.247.0"}'],
      ["of another protocol", '{"protocol":2,"pulumi":"3.246.0"}'],
      ["silent", ""],
      ["something else", "usage: pulumi-warm-engine"],
    ] as const;
    for (const [what, answer] of refused) {
      it(`is not taken, when it is ${what}`, async () => {
        install(answer);
        installGo();
        assert.match((await engine()).warmEngine ?? "", /\/cache\//);
      });
    }
  });

  it("is on the PATH of what runs it, as is the Pulumi CLI", () => {
    const toolchain = { pulumiHome: "/home", pulumi: "/cli/pulumi" };
    assert.equal(withEngines(toolchain, "/bin"), "/cli:/bin");
    assert.equal(
      withEngines({ ...toolchain, warmEngine: "/warm/pulumi-warm-engine" }, "/bin"),
      "/cli:/warm:/bin",
    );
  });
});

describe("the Go module of the warm engine", () => {
  const goMod = readFileSync(path.join(__dirname, "../../engine/go.mod"), "utf8");

  it("requires the Pulumi of the toolchain", () => {
    for (const module of ["pkg/v3", "sdk/v3"]) {
      const [, version] = new RegExp(`github\\.com/pulumi/pulumi/${module} v(\\S+)`).exec(goMod) ?? [];
      assert.equal(version, VERSIONS.pulumi, module);
    }
  });

  it("asks for the Go that the toolchain looks for", () => {
    assert.equal(/^go (\S+)$/m.exec(goMod)?.[1], GO_VERSION);
  });
});
