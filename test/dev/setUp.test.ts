import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isAlive } from "../../dev/controlPlane/processes";
import { waitFor } from "../../dev/controlPlane/waitFor";
import { Progress } from "../../dev/toolchain/progress";
import { setUp, type SetUpSettings } from "../../dev/toolchain/setUp";
import { type Toolchain } from "../../dev/toolchain/toolchain";
import { partsOfNobody, Recorder, useTempDir, writeScript } from "./support";

describe("setUp", () => {
  const dir = useTempDir();
  let log: Recorder;
  beforeEach(() => {
    log = new Recorder();
  });

  const inDir = (...parts: string[]): string => path.join(dir(), ...parts);

  /** A machine with nothing but what the test puts into `bin`, `assets` and `pulumi`. */
  function settings(): SetUpSettings {
    const env = { PATH: inDir("bin"), KUBEBUILDER_ASSETS: inDir("assets"), PULUMI_HOME: inDir("pulumi") };
    return { parts: partsOfNobody(), cache: inDir("cache"), env, progress: new Progress(log) };
  }

  function installGo(version: string, ...build: string[]): void {
    mkdirSync(inDir("module/kubernetes"), { recursive: true });
    mkdirSync(inDir("module/example/prometheus-operator-crd"), { recursive: true });
    writeFileSync(inDir("module/kubernetes/customresourcedefinitions.gen.yaml"), "");
    writeFileSync(
      inDir("module/example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"),
      "",
    );
    writeScript(
      inDir("bin/go"),
      'if [ "$1" = env ]; then echo go' + version + "; fi",
      'if [ "$1" = list ]; then echo "go: downloading a.example/b v1.0.0" >&2; echo fmt; echo os; echo main/x; fi',
      `if [ "$1" = mod ]; then echo '{"Dir": "${inDir("module")}"}'; fi`,
      'if [ "$1" = build ]; then',
      ...build,
      '  while [ "$1" != -o ]; do shift; done',
      '  echo built > "$2"',
      "fi",
    );
  }

  function installKubernetes(version: string): void {
    writeScript(inDir("assets/etcd"), "echo etcd Version: 3.6.0");
    for (const name of ["kube-apiserver", "kube-controller-manager"]) {
      writeScript(inDir("assets", name), `echo Kubernetes v${version}`);
    }
  }

  it("says for every missing part what was tried, and what helps", async () => {
    installKubernetes("1.20.1");
    const error = await setUp(settings()).then(
      () => assert.fail("there was nothing to find"),
      (reason: unknown) => (reason as Error).message,
    );
    assert.match(error, /lacks 6 of its parts/);
    assert.match(error, /kube-apiserver in .*assets is 1\.20\.1, 1\.34\.0 or newer is needed/);
    assert.match(
      error,
      /pulumi 3\.246\.0\n {4}installed: not found\n {4}download: 127\.0\.0\.1:1 cannot be reached/,
    );
    assert.match(error, /Go build: Go is not installed/);
    assert.match(error, /https:\/\/go\.dev\/dl/);
    assert.match(error, /set KUBEBUILDER_ASSETS/);
    assert.deepEqual(readdirSync(inDir("cache")).includes("setup.lock"), false);
  });

  it("says that a Go is too old which cannot fetch a newer one", async () => {
    installGo("1.20.3");
    await assert.rejects(setUp(settings()), /Go build: Go 1\.20\.3 is older than 1\.26\.0/);
  });

  it("builds what is missing, in a cache directory of its own for each part", async () => {
    installGo("1.26.8");
    const toolchain = await setUp(settings());
    assert.equal(toolchain.etcd, inDir("cache/etcd-3.6.11-linux-amd64/etcd"));
    assert.ok(existsSync(path.join(path.dirname(toolchain.pulumi), "pulumi-language-nodejs")));
    const plugin = path.join(
      toolchain.pulumiHome,
      "plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes",
    );
    assert.equal(readFileSync(plugin, "utf8"), "built\n");
    assert.match(log.text, /^\[1\/8\] etcd 3\.6\.11: .*\n(.*\n)*toolchain ready \(\d+s\)\n$/);
    assert.deepEqual(readdirSync(inDir("cache/unfinished")), []);
  });

  it("counts the packages a build compiles, and says when it links", async () => {
    installGo("1.26.8", "echo fmt >&2", "echo os >&2", "echo main/x >&2");
    const terminal = new Recorder(true, 200);
    await setUp({ ...settings(), progress: new Progress(terminal) });
    const shown = terminal.text.split("\u001b[2K").map((line) => line.trim().replace(/ \(\d+s\)$/, ""));
    const etcd = shown
      .filter((line) => line.startsWith("[1/8]"))
      .map((line) => line.slice("[1/8] etcd 3.6.11: ".length));
    assert.deepEqual([...new Set(etcd)].slice(0, -1), [
      "looking for the packages of etcd",
      "downloading Go modules: 1, now a.example/b",
      "compiling etcd, at most 3 packages",
      "compiling etcd, 1 of at most 3 packages",
      "compiling etcd, 2 of at most 3 packages",
      "linking etcd",
    ]);
  });

  it("takes what is installed and new enough, and says so", async () => {
    installGo("1.26.8");
    installKubernetes("1.35.2");
    const provider = writeScript(
      inDir("pulumi/plugins/resource-kubernetes-v4.25.0/pulumi-resource-kubernetes"),
    );
    writeScript(inDir("bin/pulumi"), "echo v3.250.1");
    writeScript(inDir("bin/pulumi-language-nodejs"));
    const toolchain = await setUp(settings());
    assert.equal(toolchain.kubeApiserver, inDir("assets/kube-apiserver"));
    assert.equal(toolchain.pulumi, inDir("bin/pulumi"));
    assert.ok(log.lines.includes(`kube-apiserver 1.35.2: installed in ${inDir("assets")}`));
    assert.ok(log.lines.includes(`kubernetes-provider 4.25.0: installed in ${path.dirname(provider)}`));
    assert.notEqual(toolchain.pulumiHome, inDir("pulumi"));
  });

  it("does not take a Pulumi CLI without its language host, nor one that does not answer", async () => {
    installGo("1.26.8");
    writeScript(inDir("pulumi/bin/pulumi"), "echo v3.250.1");
    writeScript(inDir("bin/pulumi"), "exit 1");
    writeScript(inDir("bin/pulumi-language-nodejs"));
    assert.equal((await setUp(settings())).pulumi, inDir("cache/pulumi-3.246.0-linux-amd64/pulumi"));
  });

  describe("the second time", () => {
    let first: Toolchain;
    beforeEach(async () => {
      installGo("1.26.8");
      first = await setUp(settings());
      log.text = "";
    });

    it("needs no process and less than 100 ms", async () => {
      rmSync(inDir("bin"), { recursive: true });
      const started = performance.now();
      assert.deepEqual(await setUp(settings()), first);
      assert.ok(performance.now() - started < 100);
      assert.deepEqual(log.lines, ["toolchain ready (cached)"]);
    });

    it("makes again only what is gone", async () => {
      rmSync(first.etcd);
      assert.deepEqual(await setUp(settings()), first);
      assert.match(log.lines[0] ?? "", /^\[1\/1\] etcd/);
    });

    it("looks again when something has been installed", async () => {
      installKubernetes("1.36.0");
      assert.equal((await setUp(settings())).etcd, inDir("assets/etcd"));
    });
  });

  it("lets one of two do the work while the other waits", async () => {
    installGo("1.26.8", `echo "$PPID" >> ${inDir("builds")}`);
    const other = new Recorder();
    const both = await Promise.all([
      setUp(settings()),
      setUp({ ...settings(), progress: new Progress(other) }),
    ]);
    assert.deepEqual(both[0], both[1]);
    assert.equal(readFileSync(inDir("builds"), "utf8").trim().split("\n").length, 7);
    const waited = [...log.lines, ...other.lines].filter((line) =>
      line.startsWith("waiting for another set-up"),
    );
    assert.equal(waited.length, 1);
  });

  it("ends its compiler when it is interrupted, and goes on cleanly the next time", async function () {
    this.timeout(30_000);
    installGo("1.26.8", `echo $$ > ${inDir("compiler")}`, "exec /bin/sleep 60");
    const { env } = settings();
    const script = path.join(__dirname, "fixtures/setUp.ts");
    const child = spawn(process.execPath, ["--import", "tsx", script, inDir("cache")], {
      env,
      stdio: "ignore",
    });
    const exited = once(child, "exit");
    const compiler = await waitFor("the compiler", 20_000, () =>
      existsSync(inDir("compiler"))
        ? Number(readFileSync(inDir("compiler"), "utf8")) || undefined
        : undefined,
    );
    child.kill("SIGINT");
    assert.deepEqual(await exited, [null, "SIGINT"]);
    await waitFor("the compiler to end", 5_000, () => (isAlive(compiler) ? undefined : true));
    assert.equal(existsSync(inDir("cache/setup.lock")), false);

    installGo("1.26.8");
    await setUp(settings());
    assert.deepEqual(readdirSync(inDir("cache/unfinished")), []);
  });
});
