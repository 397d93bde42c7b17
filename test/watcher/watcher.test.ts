import assert from "node:assert/strict";
import { mock } from "node:test";
import { declaredObjects, type StackRun } from "../../stack";
import { FINALIZER } from "../../watcher/apiObjects";
import { type Condition } from "../../watcher/conditions";
import { readConfig } from "../../watcher/config";
import { type ApiObject } from "../../watcher/kube/objects";
import { createLogger } from "../../watcher/logger";
import { Watcher } from "../../watcher/watcher";
import { useClock } from "../support/clock";
import { eventually } from "../support/eventually";
import { KubernetesServer } from "../support/kubernetesServer";
import { type Json, resource } from "../spec/examples";
import { gateway, slice } from "./examples";
import { inputOf, StubEngine } from "./stubEngine";

const APIS = "/apis/oda.tmforum.org/v1/namespaces/components/exposedapis";
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/components/endpointslices";
const ROUTES = "/apis/networking.istio.io/v1/namespaces/components/virtualservices";
const SERVICES = "/api/v1/services";

describe("Watcher", () => {
  const clock = useClock(Date.UTC(2026, 5, 1));
  const log = createLogger("error");
  let server: KubernetesServer;
  let engine: StubEngine;
  let watcher: Watcher | undefined;
  let warned: string[];

  beforeEach(async () => {
    server = await KubernetesServer.start();
    engine = new StubEngine();
    server.put("/api/v1/namespaces/components/services", {
      metadata: { name: "r1-prodcatapi", namespace: "components" },
    });
    engine.apply = (run) => {
      const { api, settings } = inputOf(run);
      for (const { namespace, name, fields } of declaredObjects(api, settings)) {
        server.put(ROUTES, { metadata: { name, namespace }, ...fields });
      }
    };
    warned = [];
    mock.method(log, "warn", (...args: unknown[]) => warned.push(String(args.at(-1))));
    mock.method(log, "error", (...args: unknown[]) => warned.push(String(args.at(-1))));
    server.answers.set("/apis", { groups: [] });
    server.answers.set("/apis/oda.tmforum.org/v1", {
      resources: [{ name: "exposedapis", kind: "ExposedAPI" }],
    });
  });
  afterEach(async () => {
    engine.work = () => Promise.resolve();
    await watcher?.stop();
    watcher = undefined;
    mock.restoreAll();
    await server.close();
  });

  /** ExposedAPIs, EndpointSlices, Services, those of gateways, VirtualServices, ServiceMonitors. */
  const WATCHES = 6;

  function serveCrd(): void {
    server.answers.set("/apis", { groups: [{ name: "oda.tmforum.org", versions: [{ version: "v1" }] }] });
  }

  /** Starts a watcher, which then follows the cluster. */
  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    watcher = await Watcher.start({
      config: readConfig({ ODA_LISTEN: "127.0.0.1:0", ODA_CONCURRENCY: "2", ...env }),
      kubeConfig: server.kubeConfig,
      log,
      createEngine: () => Promise.resolve(engine),
    });
    return watcher.run();
  }
  async function follow(env: Readonly<Record<string, string>> = {}): Promise<void> {
    serveCrd();
    await start(env);
    await eventually("every collection is watched", () => server.watching === WATCHES);
  }

  const probe = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${watcher?.port ?? 0}${path}`);
    return `${response.status} ${await response.text()}`;
  };
  const put = (name: string, changes: Json = {}, metadata: Json = {}) =>
    server.put(APIS, resource(changes, { name, uid: `uid-${name}`, ...metadata }));
  const object = (name: string) => server.get(APIS, "components", name) as ApiObject | undefined;
  const condition = (name: string, type: string): string | undefined => {
    const conditions = (object(name)?.status?.["conditions"] ?? []) as readonly Condition[];
    const found = conditions.find((each) => each.type === type);
    return found && `${found.status} ${found.reason}`;
  };
  const becomes = (name: string, type: string, expected: string) =>
    eventually(`${name} is ${type}=${expected}`, () => condition(name, type) === expected);
  const runs = () =>
    engine.asked.map(
      ([operation, target]) => `${String(operation)} ${(target as StackRun | undefined)?.stack ?? ""}`,
    );

  it("is alive at once, and ready when it has seen every object", async () => {
    const following = start();
    await eventually("it waits for the CRD", () => warned.length > 0);
    assert.equal(await probe("/healthz"), "200 ok\n");
    assert.equal(await probe("/readyz"), "503 waiting for the CRD exposedapis.oda.tmforum.org\n");

    serveCrd();
    await clock.advance(5000);
    await following;
    assert.equal(await probe("/readyz"), "200 ok\n");
  });

  it("waits for an API server that does not answer, and says so once", async () => {
    serveCrd();
    server.fail(503, 503);
    const following = start();
    await eventually("it waits for the API server", () => warned.length > 0);
    assert.equal(await probe("/readyz"), "503 waiting for the API server: fault 503\n");
    for (let tries = 0; tries < 2; tries++) {
      const before = server.requests.length;
      await clock.advance(5000);
      await eventually("it tries again", () => server.requests.length > before);
    }
    await following;

    assert.deepEqual(warned, ["waiting for the API server: fault 503"]);
  });

  it("cleans up after an earlier process before its first run", async () => {
    put("a");
    await follow();
    await becomes("a", "Reconciled", "True Applied");

    assert.deepEqual(runs(), ["recover ", "up components.a"]);
  });

  it("serves an API from its creation to its removal", async () => {
    server.put(SERVICES, gateway("10.0.0.1"));
    await follow();
    put("a");
    await becomes("a", "Reconciled", "True Applied");
    assert.equal(condition("a", "Ready"), "False NoReadyEndpoint");

    server.put(SLICES, slice("r1-prodcatapi-x", true));
    await becomes("a", "Ready", "True Serving");
    server.delete(APIS, object("a") ?? {});
    await eventually("the object is gone", () => object("a") === undefined);

    assert.deepEqual(runs().slice(1), ["up components.a", "destroy components.a"]);
  });

  it("follows readiness and the gateway's address without a run", async () => {
    server.put(SERVICES, gateway("10.0.0.1"));
    server.put(SLICES, slice("r1-prodcatapi-x", true));
    put("a");
    await follow();
    await becomes("a", "Ready", "True Serving");

    server.put(SLICES, slice("r1-prodcatapi-x", false));
    await becomes("a", "Ready", "False NoReadyEndpoint");
    server.put(SLICES, slice("r1-prodcatapi-x", true));
    await becomes("a", "Ready", "True Serving");
    server.remove(SLICES, slice("r1-prodcatapi-x", true));
    await becomes("a", "Ready", "False NoReadyEndpoint");
    server.put(SERVICES, gateway("10.0.0.2"));
    await eventually("the URL is the new one", () =>
      JSON.stringify(object("a")?.status?.["apiStatus"]).includes("https://10.0.0.2/"),
    );
    server.remove(SERVICES, gateway("10.0.0.2"));
    await eventually(
      "there is no URL",
      () => !JSON.stringify(object("a")?.status?.["apiStatus"]).includes("url"),
    );

    assert.deepEqual(runs().slice(1), ["up components.a"]);
  });

  it("runs nothing after a restart where everything is as it was", async () => {
    put("a");
    await follow();
    await becomes("a", "Reconciled", "True Applied");
    // The finalizer, the status and the Event.
    await eventually("everything is written", () => server.bodies.length === 3);
    await watcher?.stop();
    engine.asked.length = 0;

    await follow();
    await eventually("the object was looked at", async () =>
      (await probe("/metrics")).includes('oda_reconcile_total{result="done"} 1'),
    );

    assert.deepEqual(runs(), ["recover "]);
    assert.equal(server.bodies.length, 3);
  });

  it("goes on serving whoever served a route before the restart", async () => {
    put("young", {}, { creationTimestamp: "2026-03-01T00:00:00Z" });
    await follow();
    await becomes("young", "Reconciled", "True Applied");
    await watcher?.stop();
    put("old", {}, { creationTimestamp: "2026-01-01T00:00:00Z" });

    await follow();

    await becomes("old", "Reconciled", "False RouteConflict");
    server.delete(APIS, object("young") ?? {});
    await becomes("old", "Reconciled", "True Applied");
  });

  it("does not keep a route for an object that is being deleted and was never served", async () => {
    put(
      "leaving",
      {},
      {
        creationTimestamp: "2026-01-01T00:00:00Z",
        deletionTimestamp: "2026-06-01T00:00:00Z",
        finalizers: ["other"],
      },
    );
    put("a", {}, { creationTimestamp: "2026-02-01T00:00:00Z" });

    await follow();

    await becomes("a", "Reconciled", "True Applied");
  });

  it("tries again, without a run more than needed, when the API server refuses a write", async () => {
    await follow();
    server.fail(500);
    put("a");
    await eventually("the failure is logged", () => warned.includes("reconcile failed"));

    await clock.advance(200);
    await becomes("a", "Reconciled", "True Applied");

    assert.deepEqual(runs().slice(1), ["up components.a"]);
    assert.deepEqual(object("a")?.metadata?.finalizers, [FINALIZER]);
  });

  it("looks again at an object that changed meanwhile, which is no error", async () => {
    const overtaken: string[] = [];
    mock.method(log, "debug", (...args: unknown[]) => overtaken.push(String(args.at(-1))));
    await follow();
    server.fail(409);
    put("a");
    await eventually("it was overtaken", () => overtaken.includes("reconcile was overtaken"));

    await clock.advance(200);
    await becomes("a", "Reconciled", "True Applied");

    assert.deepEqual(warned, []);
  });

  it("serves every object beside one whose status is of another shape", async () => {
    const odd = resource({ path: "/odd" }, { name: "odd", uid: "uid-odd" });
    server.put(APIS, { ...odd, status: { stack: { routes: 5 }, conditions: [{ type: "Reconciled" }] } });
    await follow();
    put("a");

    for (const name of ["a", "odd"]) await becomes(name, "Reconciled", "True Applied");
    assert.deepEqual(warned, []);
  });

  it("follows the readiness of an object while runs hang and more wait than ever run at a time", async () => {
    server.put(SERVICES, gateway("10.0.0.1"));
    server.put(SLICES, slice("r1-prodcatapi-x", true));
    put("a");
    await follow();
    await becomes("a", "Ready", "True Serving");
    const finish: (() => void)[] = [];
    engine.work = () => new Promise((resolve) => finish.push(resolve));
    for (let other = 0; other < 72; other++) put(`other-${other}`, { path: `/other-${other}` });
    await eventually("two runs hang, and the others wait", async () =>
      (await probe("/metrics")).includes("oda_queue_depth 70\n"),
    );

    server.put(SLICES, slice("r1-prodcatapi-x", false));
    await becomes("a", "Ready", "False NoReadyEndpoint");

    assert.equal(finish.length, 2);
    engine.work = () => Promise.resolve();
    for (const end of finish) end();
  });

  it("takes an object that goes away in the middle for done", async () => {
    await follow();
    engine.work = () => {
      server.remove(APIS, object("a") ?? {});
      return Promise.resolve();
    };
    put("a");
    await eventually("it is done", async () =>
      (await probe("/metrics")).includes('oda_reconcile_total{result="done"}'),
    );

    assert.deepEqual(warned, []);
  });

  it("follows every namespace where it is told to", async () => {
    serveCrd();
    await start({ COMPONENT_NAMESPACE: "*" });
    await eventually("every collection is watched", () => server.watching === WATCHES);

    assert.ok(
      server.requests.some((request) =>
        request.startsWith("GET /apis/oda.tmforum.org/v1/exposedapis?watch=true"),
      ),
    );
    assert.ok(
      server.requests.some((request) =>
        request.startsWith("GET /apis/discovery.k8s.io/v1/endpointslices?watch=true"),
      ),
    );
  });

  it("waits at the end for a run under way, and asks one that lasts too long to stop", async () => {
    await follow({ ODA_SHUTDOWN_GRACE_SECONDS: "25" });
    let finish: () => void = () => undefined;
    engine.work = () => new Promise((resolve) => (finish = resolve));
    put("a");
    const run = await eventually(
      "the run is under way",
      () => engine.asked.at(1)?.[1] as StackRun | undefined,
    );

    let stopped = false;
    const stopping = watcher?.stop().then(() => (stopped = true));
    assert.match(await probe("/readyz"), /^503 waiting for the end/);
    await clock.advance(24_999);
    assert.deepEqual([stopped, run.signal?.aborted], [false, false]);
    await clock.advance(1);
    assert.deepEqual([stopped, run.signal?.aborted, engine.closed], [false, true, false]);

    finish();
    await stopping;
    assert.equal(engine.closings, 1);
    watcher = undefined;
  });

  it("stops while it still waits for the cluster", async () => {
    const following = await Promise.race([
      start().then(() => "followed"),
      eventually("it waits", () => warned.length > 0 && "waits"),
    ]);
    assert.equal(following, "waits");

    await watcher?.stop();
    watcher = undefined;
    assert.deepEqual(runs(), ["recover "]);
  });
});
