import assert from "node:assert/strict";
import { mock } from "node:test";
import { readConfig } from "../../watcher/config";
import { observeEngine, type EngineObserver } from "../../watcher/engineProcesses";
import { createLogger } from "../../watcher/logger";
import { Metrics } from "../../watcher/metrics";
import { Watcher } from "../../watcher/watcher";
import { KubernetesServer } from "../support/kubernetesServer";
import { StubEngine } from "./stubEngine";

describe("observeEngine", () => {
  const log = createLogger("debug");
  let metrics: Metrics;
  let logged: unknown[][];
  let observer: EngineObserver;

  beforeEach(() => {
    logged = [];
    for (const level of ["debug", "info", "warn", "error"] as const) {
      mock.method(log, level, (fields: object, message: string) => logged.push([level, message, fields]));
    }
    metrics = new Metrics(() => 0);
    observer = observeEngine(metrics, log);
  });
  afterEach(() => {
    metrics.registry.clear();
    mock.restoreAll();
  });

  const metric = async (name: string): Promise<readonly string[]> =>
    (await metrics.registry.getSingleMetricAsString(name))
      .split("\n")
      .filter((line) => !line.startsWith("#"));

  it("counts the processes of the CLI, or what takes their place, by operation", async () => {
    for (const operation of ["init", "up", "up"]) observer.onProcess(operation);
    assert.deepEqual(await metric("oda_engine_processes_total"), [
      'oda_engine_processes_total{operation="init"} 1',
      'oda_engine_processes_total{operation="up"} 2',
    ]);
  });

  it("counts and logs what happens to the warm engine", async () => {
    observer.onEngine({ process: "engine", event: "started", pid: 7 });
    observer.onEngine({ process: "engine", event: "crashed", pid: 7, detail: "signal SIGKILL" });
    assert.deepEqual(await metric("oda_engine_process_events_total"), [
      'oda_engine_process_events_total{process="engine",event="started"} 1',
      'oda_engine_process_events_total{process="engine",event="crashed"} 1',
    ]);
    assert.deepEqual(logged, [
      ["info", "warm engine started", { pid: 7, detail: undefined }],
      ["warn", "warm engine crashed", { pid: 7, detail: "signal SIGKILL" }],
    ]);
  });

  it("shows whether the CLI stands in for the warm engine", async () => {
    assert.deepEqual(await metric("oda_engine_fallback"), ["oda_engine_fallback 0"]);
    observer.onEngine({ process: "engine", event: "fellBack", detail: "3 crashes in 5 minutes" });
    assert.deepEqual(await metric("oda_engine_fallback"), ["oda_engine_fallback 1"]);
    observer.onEngine({ process: "engine", event: "cameBack" });
    assert.deepEqual(await metric("oda_engine_fallback"), ["oda_engine_fallback 0"]);
  });

  it("logs of workers what is wrong, and what is usual only where everything is logged", () => {
    observer.onEngine({ process: "worker", event: "recycled", pid: 8 });
    observer.onEngine({ process: "worker", event: "stuck", pid: 9 });
    assert.deepEqual(
      logged.map(([level, message]) => [level, message]),
      [
        ["debug", "worker recycled"],
        ["warn", "worker did not stop when asked to, and is replaced"],
      ],
    );
  });

  it("logs the lines of the warm engine's own log as they are meant", () => {
    observer.onLine('{"time":"2026-01-01T00:00:00Z","level":"ERROR","msg":"panic","value":"nil map"}');
    assert.deepEqual(logged, [["error", "panic", { value: "nil map" }]]);
  });

  it("logs no credentials of a URL", () => {
    observer.onLine("panic: open s3://key:secret@bucket");
    observer.onLine(
      '{"level":"ERROR","msg":"s3://a:b@c","error":"GET https://d/?u=s3%3A%2F%2Fkey%3Asecret%40b"}',
    );
    assert.deepEqual(logged, [
      ["warn", "panic: open s3://****@bucket", {}],
      ["error", "s3://****@c", { error: "GET https://d/?u=s3%3A%2F%2F****%40b" }],
    ]);
  });

  it("takes any other line for a sign of trouble", () => {
    for (const line of ["fatal error: out of memory", '{"level":"LOUD","msg":"?"}']) observer.onLine(line);
    assert.deepEqual(logged, [
      ["warn", "fatal error: out of memory", {}],
      ["warn", '{"level":"LOUD","msg":"?"}', {}],
    ]);
  });
});

describe("A watcher", () => {
  const engine = new StubEngine();
  let server: KubernetesServer;
  let watcher: Watcher;

  beforeEach(async () => {
    server = await KubernetesServer.start();
    server.answers.set("/apis", { groups: [{ name: "oda.tmforum.org", versions: [{ version: "v1" }] }] });
    server.answers.set("/apis/oda.tmforum.org/v1", {
      resources: [{ name: "exposedapis", kind: "ExposedAPI" }],
    });
    watcher = await Watcher.start({
      config: readConfig({ ODA_LISTEN: "127.0.0.1:0" }),
      kubeConfig: server.kubeConfig,
      log: createLogger("error"),
      createEngine: (_config, observer) => {
        observer.onEngine({ process: "engine", event: "started" });
        return Promise.resolve(engine);
      },
    });
    await watcher.run();
  });
  afterEach(async () => {
    await watcher.stop();
    await server.close();
  });

  const get = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${watcher.port ?? 0}${path}`)).text();

  it("tells which engine it uses, and what it heard of its processes since the beginning", async () => {
    const text = await get("/metrics");
    assert.match(text, /^oda_build_info\{version="[^"]+",engine="stub"\} 1$/m);
    assert.match(text, /^oda_engine_process_events_total\{process="engine",event="started"\} 1$/m);
  });

  it("says in its readiness what is not right with its engine, which does not make it less ready", async () => {
    assert.equal(await get("/readyz"), "ok\n");
    engine.wrong = "the Pulumi CLI stands in";
    assert.equal(await get("/readyz"), "ok\nengine: the Pulumi CLI stands in\n");
  });
});
