import assert from "node:assert/strict";
import { defaultIstioSettings } from "../../components";
import { StackLockedError, TransientError, type Engine, type StackRun } from "../../stack";
import { instrumentedEngine } from "../../watcher/instrumentedEngine";
import { Limiter } from "../../watcher/limiter";
import { Metrics } from "../../watcher/metrics";
import { parse } from "../spec/examples";
import { settled } from "../support/clock";
import { StubEngine } from "./stubEngine";

const run: StackRun = {
  kind: "ExposedAPI",
  stack: "components.a",
  known: true,
  input: { api: parse(), settings: { gateway: defaultIstioSettings } },
};

describe("instrumentedEngine", () => {
  let stub: StubEngine;
  let metrics: Metrics;
  let engine: Engine;
  let closing: AbortController;

  beforeEach(() => {
    stub = new StubEngine();
    metrics = new Metrics(() => 7);
    closing = new AbortController();
    engine = instrumentedEngine(stub, new Limiter(1), metrics, closing.signal);
  });
  afterEach(() => {
    metrics.registry.clear();
  });

  it("hands on what it is asked for, and gives back the answer", async () => {
    assert.equal(engine.name, "stub");
    assert.deepEqual(await engine.up(run, { refresh: true }), { uid: "route-uid", versions: {} });
    assert.deepEqual(await engine.preview(run), []);
    await engine.refresh(run);
    await engine.destroy(run);
    await engine.recover();
    stub.wrong = "not as it was";
    assert.equal(engine.condition(), "not as it was");
    await engine.close();
    assert.ok(stub.closed);

    assert.deepEqual(stub.asked, [
      ["up", run, { refresh: true }],
      ["preview", run],
      ["refresh", run],
      ["destroy", run],
      ["recover"],
    ]);
  });

  it("counts runs by operation and result, and times them", async () => {
    await engine.up(run);
    stub.work = () => Promise.reject(new TransientError("Forbidden", "may not"));
    await assert.rejects(engine.up(run), { reason: "Forbidden" });
    stub.work = () => Promise.reject(new Error("a bug"));
    await assert.rejects(engine.destroy(run), /a bug/);

    const text = await metrics.registry.metrics();
    assert.match(text, /^oda_engine_runs_total\{operation="up",result="succeeded"\} 1$/m);
    assert.match(text, /^oda_engine_runs_total\{operation="up",result="Forbidden"\} 1$/m);
    assert.match(text, /^oda_engine_runs_total\{operation="destroy",result="EngineError"\} 1$/m);
    assert.match(text, /^oda_engine_run_duration_seconds_count\{operation="up"\} 2$/m);
  });

  it("counts a run that another one locks out by its reason, not as a bug", async () => {
    stub.work = () => Promise.reject(new StackLockedError([]));
    await assert.rejects(engine.up(run), StackLockedError);

    assert.match(
      await metrics.registry.metrics(),
      /^oda_engine_runs_total\{operation="up",result="StackLocked"\} 1$/m,
    );
  });

  it("lets as many runs at a time as the limiter allows", async () => {
    let finish: () => void = () => undefined;
    stub.work = () => new Promise((resolve) => (finish = resolve));
    const both = Promise.all([engine.up(run), engine.destroy(run)]);
    await settled();
    assert.equal(stub.asked.length, 1);

    finish();
    await settled();
    assert.equal(stub.asked.length, 2);
    finish();
    await both;
  });
});

describe("instrumentedEngine in a turn", () => {
  it("does what belongs to a run when its turn has come, and the run within that turn", async () => {
    const stub = new StubEngine();
    const metrics = new Metrics(() => 0);
    const engine = instrumentedEngine(stub, new Limiter(1), metrics, new AbortController().signal);
    let finish: () => void = () => undefined;
    stub.work = () => new Promise((resolve) => (finish = resolve));
    const underWay = engine.up(run);
    let looked = false;
    const waiting = engine.turn(async (turn) => {
      looked = true;
      return turn.up(run);
    });
    await settled();
    assert.equal(looked, false);

    stub.work = () => Promise.resolve();
    finish();
    await underWay;
    assert.deepEqual(await waiting, { uid: "route-uid", versions: {} });
    assert.match(
      await metrics.registry.metrics(),
      /^oda_engine_runs_total\{operation="up",result="succeeded"\} 2$/m,
    );
    metrics.registry.clear();
  });

  it("counts no run of a turn that asked for none, and lets the next one follow", async () => {
    const metrics = new Metrics(() => 0);
    const engine = instrumentedEngine(
      new StubEngine(),
      new Limiter(1),
      metrics,
      new AbortController().signal,
    );
    await assert.rejects(
      engine.turn(() => Promise.reject(new Error("not now"))),
      /not now/,
    );
    assert.equal(await engine.turn(() => Promise.resolve("done")), "done");
    assert.doesNotMatch(await metrics.registry.metrics(), /^oda_engine_runs_total\{/m);
    metrics.registry.clear();
  });
});

describe("instrumentedEngine at the end", () => {
  it("begins no new run, not even one that was waiting for room", async () => {
    const stub = new StubEngine();
    const metrics = new Metrics(() => 0);
    const closing = new AbortController();
    const engine = instrumentedEngine(stub, new Limiter(1), metrics, closing.signal);
    let finish: () => void = () => undefined;
    stub.work = () => new Promise((resolve) => (finish = resolve));
    const underWay = engine.up(run);
    const waiting = assert.rejects(engine.up(run), { reason: "EngineStopped" });
    await settled();

    closing.abort();
    finish();
    await underWay;
    await waiting;
    await assert.rejects(engine.destroy(run), { reason: "EngineStopped" });

    assert.equal(stub.asked.length, 1);
    metrics.registry.clear();
  });
});

describe("Metrics", () => {
  it("tell the build and the depth of the queue when asked", async () => {
    let depth = 3;
    const metrics = new Metrics(() => depth);
    metrics.buildInfo.set({ version: "1.2.3", engine: "cli" }, 1);

    assert.match(await metrics.registry.metrics(), /^oda_queue_depth 3$/m);
    depth = 5;
    const text = await metrics.registry.metrics();
    assert.match(text, /^oda_queue_depth 5$/m);
    assert.match(text, /^oda_build_info\{version="1\.2\.3",engine="cli"\} 1$/m);
    metrics.registry.clear();
  });
});
