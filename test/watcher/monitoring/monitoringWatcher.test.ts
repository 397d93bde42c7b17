import assert from "node:assert/strict";
import { mock } from "node:test";
import { patchFieldManager } from "../../../components";
import { declaredObjects, type StackRun } from "../../../stack";
import { type Condition } from "../../../watcher/conditions";
import { readConfig } from "../../../watcher/config";
import { type ApiObject } from "../../../watcher/kube/objects";
import { createLogger } from "../../../watcher/logger";
import { Watcher } from "../../../watcher/watcher";
import { type Json, resource } from "../../spec/examples";
import { useClock } from "../../support/clock";
import { eventually } from "../../support/eventually";
import { KubernetesServer, type Stored } from "../../support/kubernetesServer";
import { inputOf, StubEngine } from "../stubEngine";

const NAMESPACE = "/namespaces/components";
const APIS = `/apis/oda.tmforum.org/v1${NAMESPACE}/exposedapis`;
const DEPLOYMENTS = `/apis/apps/v1${NAMESPACE}/deployments`;

const labels = { app: "catalog" };
const metadata = { name: "catalog", namespace: "components" };
const deployment = {
  metadata,
  spec: { template: { metadata: { labels }, spec: { containers: [{ name: "main" }] } } },
};

/** The Deployment, with annotations on its pod template that a field manager has set. */
function announcing(annotations: Json, manager: string): Stored {
  const names = Object.keys(annotations).map((name) => [`f:${name}`, {}]);
  const fieldsV1 = {
    "f:spec": { "f:template": { "f:metadata": { "f:annotations": Object.fromEntries(names) as Json } } },
  };
  const { template } = deployment.spec;
  const managedFields = [{ manager, operation: "Apply", fieldsV1 }] as never[];
  return {
    metadata: { ...metadata, managedFields },
    spec: { template: { ...template, metadata: { labels, annotations } } },
  };
}

describe("A watcher of APIs that ask for annotations", () => {
  const clock = useClock(Date.UTC(2026, 5, 1));
  const log = createLogger("error");
  let server: KubernetesServer;
  let engine: StubEngine;
  let watcher: Watcher | undefined;

  beforeEach(async () => {
    server = await KubernetesServer.start();
    engine = new StubEngine();
    engine.apply = (run) => {
      const { api, settings } = inputOf(run);
      const [patch] = declaredObjects(api, settings).filter(({ isPatch }) => isPatch);
      const manager = patchFieldManager(api);
      const [holder] = server.get(DEPLOYMENTS, "components", "catalog")?.metadata?.managedFields ?? [];
      if (patch === undefined) {
        if (holder?.manager === manager) server.put(DEPLOYMENTS, deployment);
        return;
      }
      const { template } = patch.fields["spec"] as { template: { metadata: { annotations: Json } } };
      server.put(DEPLOYMENTS, announcing(template.metadata.annotations, manager));
    };
    mock.method(log, "warn", () => undefined);
    server.answers.set("/apis", { groups: [{ name: "oda.tmforum.org", versions: [{ version: "v1" }] }] });
    server.answers.set("/apis/oda.tmforum.org/v1", {
      resources: [{ name: "exposedapis", kind: "ExposedAPI" }],
    });
    server.gone.add(`/apis/networking.istio.io/v1${NAMESPACE}/virtualservices`);
    server.gone.add(`/apis/networking.istio.io/v1beta1${NAMESPACE}/virtualservices`);
    server.put(`/api/v1${NAMESPACE}/services`, {
      metadata,
      spec: { selector: labels, ports: [{ port: 80 }] },
    });
    server.put(DEPLOYMENTS, deployment);
  });
  afterEach(async () => {
    await stop();
    mock.restoreAll();
    await server.close();
  });

  const follow = async (): Promise<void> => {
    watcher = await Watcher.start({
      config: readConfig({ ODA_LISTEN: "127.0.0.1:0" }),
      kubeConfig: server.kubeConfig,
      log,
      createEngine: () => Promise.resolve(engine),
    });
    return watcher.run();
  };
  const stop = async (): Promise<void> => {
    await watcher?.stop();
    watcher = undefined;
  };
  /** A metrics API, of a path of its own unless it says otherwise. */
  const put = (name: string, changes: Json = {}, type = "DataDogAnnotations", day = "01") => {
    const spec = { apiType: "prometheus", implementation: "catalog", port: 80, path: `/${name}`, ...changes };
    const annotations = { "oda.tmforum.org/monitoring": type };
    const creationTimestamp = `2026-01-${day}T00:00:00Z`;
    server.put(APIS, resource(spec, { name, uid: `uid-${name}`, annotations, creationTimestamp }));
  };
  const object = (name: string) => server.get(APIS, "components", name) as ApiObject | undefined;
  const becomes = (name: string, type: string, expected: string) =>
    eventually(`${name} is ${type}=${expected}`, () => {
      const conditions = (object(name)?.status?.["conditions"] ?? []) as readonly Condition[];
      const found = conditions.find((each) => each.type === type);
      return found !== undefined && `${found.status} ${found.reason}` === expected;
    });
  /** Each run as `name: paths it announces`. */
  const runs = (): string[] =>
    engine.asked
      .filter(([operation]) => operation === "up")
      .map(([, run]) => {
        const { api, settings } = inputOf(run as StackRun);
        const { monitoring } = settings;
        const workloads =
          monitoring === undefined || monitoring.type === "ServiceMonitor" ? [] : monitoring.workloads;
        const paths = workloads.flatMap(({ endpoints }) => endpoints.map(({ path }) => path));
        return `${api.name}: ${paths.join(" ")}`;
      });
  const eventReasons = () => server.bodies.map(({ reason }) => JSON.stringify(reason));

  it("runs once for the first that asks while it runs, and has nobody told that there is no workload", async () => {
    put("sentinel", { apiType: "openapi" });
    await follow();
    await becomes("sentinel", "Reconciled", "True Applied");

    put("a");
    await eventually("workloads are listed", () =>
      server.requests.some((request) => request.includes("daemonsets?") && request.includes("watch")),
    );
    await eventually("a is served", async () => {
      await clock.advance(500);
      return runs().includes("a: /a");
    });
    await becomes("a", "Monitored", "True Monitored");

    assert.deepEqual(runs(), ["sentinel: ", "a: /a"]);
    assert.ok(!eventReasons().includes('"NoWorkload"'), eventReasons().join());
  });

  it("starts no run of such an API while workloads cannot be listed, and goes on by itself", async () => {
    server.gone.add(DEPLOYMENTS);
    put("sentinel", { apiType: "openapi" });
    put("a");
    const following = follow();
    await eventually("the sentinel is served", async () => {
      await clock.advance(1000);
      return runs().length > 0;
    });
    await following;
    await becomes("sentinel", "Reconciled", "True Applied");
    await eventually("a is told", async () => {
      await clock.advance(1000);
      const conditions = (object("a")?.status?.["conditions"] ?? []) as readonly Condition[];
      return conditions.some(({ reason }) => reason === "WorkloadsUnknown");
    });
    await becomes("a", "Monitored", "Unknown WorkloadsUnknown");
    assert.deepEqual(runs(), ["sentinel: "]);

    server.gone.delete(DEPLOYMENTS);
    await eventually("a is served", async () => {
      await clock.advance(30_000);
      return runs().includes("a: /a");
    });
    await becomes("a", "Monitored", "True Monitored");
  });

  it("writes nothing to such an API in the first ten seconds", async () => {
    put("sentinel", { apiType: "openapi" });
    await follow();
    await becomes("sentinel", "Reconciled", "True Applied");
    server.gone.add(DEPLOYMENTS);
    put("a");
    await eventually("workloads are looked for", () =>
      server.requests.some((each) => each.includes(DEPLOYMENTS)),
    );
    for (let seconds = 0; seconds < 9; seconds++) await clock.advance(1000);

    assert.equal(object("a")?.status, undefined);
  });

  it("leaves the workload to the next where the oldest has no route of its own", async () => {
    put("holder", { path: "/shop", apiType: "openapi" }, "ServiceMonitor", "01");
    await follow();
    await becomes("holder", "Reconciled", "True Applied");
    put("older", { path: "/shop" }, "PrometheusAnnotations", "02");
    put("younger", {}, "PrometheusAnnotations", "03");
    await becomes("older", "Reconciled", "False RouteConflict");
    await eventually("the younger is announced", async () => {
      await clock.advance(500);
      return runs().includes("younger: /younger");
    });
    await becomes("younger", "Monitored", "True Monitored");
    assert.ok(!runs().some((run) => run.startsWith("older")), runs().join());

    const before = runs().length;
    await stop();
    await follow();
    server.put(APIS, { ...object("holder"), spec: { ...(object("holder")?.spec as Json), path: "/other" } });
    await eventually("the older is announced once it is served", () => runs().includes("older: /shop"));
    assert.ok(!runs().slice(before).includes("younger: /younger"), "a restart runs nothing again");
  });

  it("starts no run at a restart, whatever the order in which APIs are listed", async () => {
    put("b-oldest", {}, "DataDogAnnotations", "01");
    put("a-younger", {}, "DataDogAnnotations", "02");
    await follow();
    await becomes("b-oldest", "Monitored", "True Monitored");
    await becomes("a-younger", "Monitored", "True Monitored");
    assert.deepEqual([...runs()].sort(), ["a-younger: ", "b-oldest: /b-oldest /a-younger"]);

    await stop();
    await follow();
    put("sentinel", { apiType: "openapi" });
    await becomes("sentinel", "Reconciled", "True Applied");
    assert.equal(runs().length, 3);
  });
});
