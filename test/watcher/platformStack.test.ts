import assert from "node:assert/strict";
import { mock } from "node:test";
import { defaultIstioSettings, objectId, platformObjects, type OwnedObject } from "../../components";
import { TransientError, type StackRun } from "../../stack";
import { DeclaredIndex } from "../../watcher/declaredIndex";
import { CorrectionPace } from "../../watcher/drift/correctionPace";
import { DriftDetector, type DriftMode } from "../../watcher/drift/driftDetector";
import { type LiveObject } from "../../watcher/drift/liveObject";
import { createLogger } from "../../watcher/logger";
import { platformKey, PlatformStack } from "../../watcher/platformStack";
import { Retries } from "../../watcher/retries";
import { parse } from "../spec/examples";
import { settled, useClock } from "../support/clock";
import { StubEngine } from "./stubEngine";

const [filter] = platformObjects(defaultIstioSettings) as readonly [OwnedObject];
const limited = parse({ rateLimit: { enabled: true, limit: "5" } });

describe("PlatformStack", () => {
  const clock = useClock();
  let engine: StubEngine;
  let live: Map<string, LiveObject | null>;
  let declared: DeclaredIndex;
  let retries: Retries;
  let closing: AbortController;
  let followed: string[];
  let enqueued: string[];
  let drifts: string[];
  let warnings: string[];
  let exists: boolean | undefined;
  let unserved: string | undefined;
  let platform: PlatformStack;

  function start(mode: DriftMode = "correct"): void {
    engine = new StubEngine();
    live = new Map();
    declared = new DeclaredIndex();
    retries = new Retries();
    closing = new AbortController();
    [followed, enqueued, drifts] = [[], [], []];
    exists = true;
    unserved = undefined;
    const log = createLogger("error");
    warnings = [];
    mock.method(log, "warn", (_: unknown, text: string) => warnings.push(text));
    platform = new PlatformStack({
      gateway: defaultIstioSettings,
      engine,
      drift: new DriftDetector((...name) => live.get(name.join("/")), mode),
      declared,
      retries,
      pace: new CorrectionPace(),
      onDrift: (action) => drifts.push(action),
      log,
      namespaceExists: () => Promise.resolve(exists),
      unservedKind: () => Promise.resolve(unserved),
      follow: (objects) => followed.push(...objects.map(objectId)),
      enqueue: (keys) => enqueued.push(...keys),
      closing: closing.signal,
      stopping: new AbortController().signal,
    });
  }
  beforeEach(() => {
    start();
  });
  afterEach(() => {
    mock.restoreAll();
  });

  /** Has the gateway's filter in the cache, as a run leaves it or changed. */
  function setLive(changes: object = {}, manager = filter.fieldManager): void {
    live.set(objectId(filter), {
      metadata: {
        name: filter.name,
        namespace: filter.namespace,
        resourceVersion: "1",
        managedFields: [{ manager, fieldsV1: { "f:spec": {} } }],
      },
      spec: { ...(filter.fields["spec"] as object), ...changes },
    });
  }
  const changed = { configPatches: [] };
  const users = (...keys: string[]) => {
    for (const key of keys) platform.looked(key, limited);
  };
  const runs = () => engine.asked.length;

  it("does nothing for an API that needs nothing of the gateway", async () => {
    platform.looked("a", parse());
    assert.equal(await platform.ensure("a"), undefined);
    assert.equal(platform.confirm("a"), undefined);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.deepEqual([runs(), followed, enqueued], [0, [], []]);
    assert.deepEqual(declared.apisOf(filter), []);
  });

  it("runs once before the first APIs that need it, and follows what it declares", async () => {
    users("a", "b");
    assert.deepEqual(await Promise.all([platform.ensure("a"), platform.ensure("b")]), [undefined, undefined]);
    assert.equal(runs(), 1);
    const [operation, run, options] = engine.asked[0] as [string, StackRun, object];
    assert.equal(operation, "up");
    assert.deepEqual(
      [run.kind, run.stack, run.input],
      ["Platform", "gateway", { platform: defaultIstioSettings }],
    );
    assert.deepEqual(options, { refresh: true, force: false });
    assert.deepEqual(followed, [objectId(filter)]);
    assert.deepEqual(declared.apisOf(filter), [platformKey("istio")]);

    setLive();
    assert.equal(await platform.ensure("a"), undefined);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.equal(runs(), 1);
  });

  it("puts back what somebody changed, by one run, at a growing pace", async () => {
    users("a");
    await platform.ensure("a");
    setLive(changed);
    engine.apply = () => {
      setLive();
    };
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.deepEqual([runs(), drifts], [2, ["corrected"]]);

    setLive(changed);
    const { outcome } = await platform.reconcile();
    assert.equal(outcome, "retry");
    assert.equal(runs(), 2);
    assert.match(
      platform.confirm("a")?.message ?? "",
      /^EnvoyFilter oda-api: spec\.configPatches was changed/,
    );
    assert.equal(await platform.ensure("a"), undefined);

    await clock.advance(60_000);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.equal(platform.confirm("a"), undefined);
    assert.equal(runs(), 3);
  });

  it("puts it back before another run of an API", async () => {
    users("a");
    await platform.ensure("a");
    live.set(objectId(filter), null);
    assert.equal(await platform.ensure("a"), undefined);
    assert.equal(runs(), 2);
  });

  it("makes again what was deleted while nobody looked, once an API turns out to have needed it", async () => {
    users("a");
    live.set(objectId(filter), null);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.equal(runs(), 0);

    assert.equal(platform.confirm("a"), undefined);
    assert.deepEqual(enqueued, [platformKey("istio")]);
    await platform.reconcile();
    assert.equal(runs(), 1);
  });

  it("changes what other settings left, though no API needs it", async () => {
    platform.outdated();
    assert.deepEqual([enqueued, followed], [[platformKey("istio")], [objectId(filter)]]);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.equal(runs(), 1);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.equal(runs(), 1);
  });

  it("tries again to change what other settings left, also where an API has found its own as it was", async () => {
    platform.outdated();
    engine.work = () => Promise.reject(new TransientError("Forbidden", "no"));
    assert.equal((await platform.reconcile()).outcome, "retry");
    users("a");
    assert.equal(platform.confirm("a")?.reason, "Forbidden");
    platform.looked("b", parse());
    assert.equal(await platform.ensure("b"), undefined, "it does not need it");

    engine.work = () => Promise.resolve();
    await clock.advance(2_000);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.equal(runs(), 2);
    assert.equal(platform.confirm("a"), undefined);
  });

  it("fails for the APIs that need it, and is tried again for all of them", async () => {
    users("a", "b");
    engine.work = () => Promise.reject(new TransientError("NamespaceMissing", "no namespace istio-ingress"));
    const problem = await platform.ensure("a");
    assert.equal(problem?.reason, "NamespaceMissing");
    assert.match(
      problem.message,
      /^what all APIs share at the gateway: no namespace istio-ingress; create the namespace/,
    );
    assert.equal((await platform.ensure("b"))?.message, problem.message);
    assert.equal(runs(), 1);
    assert.deepEqual(enqueued, ["a", "b", platformKey("istio")]);
    const { outcome } = await platform.reconcile();
    assert.equal(outcome, "retry");
    assert.equal(runs(), 1);

    retries.failed("a", "hash", problem);
    await clock.advance(2_000);
    retries.failed("a", "hash", problem);
    engine.work = () => Promise.resolve();
    enqueued.length = 0;
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.deepEqual(enqueued, ["a", "b"]);
    assert.equal(retries.pending("a", "hash"), undefined);
    assert.equal(await platform.ensure("a"), undefined);
    assert.equal(runs(), 2);
  });

  it("tells an API that has run of what fails now, and one that does not need it of nothing", async () => {
    users("a");
    platform.looked("other", parse());
    await platform.ensure("a");
    live.set(objectId(filter), null);
    engine.work = () => Promise.reject(new TransientError("Forbidden", "no"));
    const { outcome } = await platform.reconcile();
    assert.equal(outcome, "retry");
    assert.equal(platform.confirm("a")?.reason, "Forbidden");
    assert.equal(platform.confirm("other"), undefined);
    assert.deepEqual(drifts, []);
    platform.forget("a");
    assert.equal(platform.confirm("a"), undefined);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" }, "nobody needs it any more");
  });

  it("holds up no API where only what the settings name no more cannot be deleted; it is told and tried again", async () => {
    users("a");
    const inUse = new TransientError("GatewayRejected", "it is in use", { versions: {} });
    engine.work = () => Promise.reject(inUse);
    assert.equal(await platform.ensure("a"), undefined);
    assert.match(
      platform.confirm("a")?.message ?? "",
      /^what all APIs share at the gateway: all that is asked for is there; what is not any more cannot be deleted yet: it is in use/,
    );
    await clock.advance(2_000);
    assert.equal(await platform.ensure("a"), undefined);
    assert.equal(runs(), 1, "no API waits for another try");
    assert.equal((await platform.reconcile()).outcome, "retry");
    assert.equal(runs(), 2);

    engine.work = () => Promise.resolve();
    await clock.advance(5_000);
    assert.deepEqual(await platform.reconcile(), { outcome: "done" });
    assert.equal(platform.confirm("a"), undefined);
    assert.equal(runs(), 3);
  });

  it("holds up APIs for other settings, whatever could not be deleted before", async () => {
    users("a");
    engine.work = () =>
      Promise.reject(new TransientError("GatewayRejected", "it is in use", { versions: {} }));
    await platform.ensure("a");
    platform.settingsChanged({ ...defaultIstioSettings });
    engine.work = () => Promise.reject(new TransientError("Forbidden", "no"));
    await clock.advance(2_000);
    assert.equal((await platform.ensure("a"))?.reason, "Forbidden");
  });

  it("does not begin a run where the gateway has no namespace, and does where nobody can tell", async () => {
    users("a");
    exists = false;
    const problem = await platform.ensure("a");
    assert.equal(problem?.reason, "NamespaceMissing");
    assert.match(problem.message, /namespace istio-ingress does not exist/);
    assert.equal(runs(), 0);

    exists = undefined;
    await clock.advance(2_000);
    assert.equal(await platform.ensure("a"), undefined);
    assert.equal(runs(), 1);
  });

  it("takes no object that is somebody else's", async () => {
    users("a");
    setLive(changed, "helm");
    assert.equal((await platform.ensure("a"))?.reason, "FieldConflict");
    assert.equal(runs(), 0);
  });

  it("says nothing of a run that the end of the watcher cut off", async () => {
    users("a");
    engine.work = async () => {
      closing.abort();
      await settled();
      throw new TransientError("EngineStopped", "the watcher is stopping");
    };
    assert.equal(await platform.ensure("a"), undefined);
    assert.deepEqual(enqueued, []);
  });

  describe("where drift is only to be reported", () => {
    beforeEach(() => {
      start("report");
    });

    it("leaves a change, tells it once, and keeps no API from its own resources", async () => {
      users("a");
      await platform.ensure("a");
      setLive(changed);
      assert.deepEqual(await platform.reconcile(), { outcome: "waiting" });
      assert.deepEqual(await platform.reconcile(), { outcome: "waiting" });
      assert.equal(await platform.ensure("a"), undefined);
      assert.deepEqual([runs(), drifts], [1, ["reported"]]);
      assert.equal(platform.confirm("a")?.reason, "Drifted");

      setLive();
      assert.deepEqual(await platform.reconcile(), { outcome: "done" });
      assert.equal(platform.confirm("a"), undefined);
    });

    it("leaves what was changed before it started", async () => {
      users("a");
      setLive(changed);
      live
        .get(objectId(filter))!
        .metadata!.managedFields!.push({ manager: "kubectl", fieldsV1: { "f:spec": {} } });
      assert.equal(await platform.ensure("a"), undefined);
      assert.equal(runs(), 0);
      assert.equal(platform.confirm("a")?.reason, "Drifted");
    });
  });
});
