import assert from "node:assert/strict";
import { mock } from "node:test";
import { GROUP } from "../../spec";
import { type ComponentSummaries } from "../../watcher/componentSummary";
import { DeclaredIndex } from "../../watcher/declaredIndex";
import { DriftDetector } from "../../watcher/drift/driftDetector";
import { evaluate } from "../../watcher/evaluate";
import { EventHandlers } from "../../watcher/eventHandlers";
import { KeyIndex } from "../../watcher/keyIndex";
import { type ApiObject, type ObjectKey } from "../../watcher/kube/objects";
import { createLogger } from "../../watcher/logger";
import { MonitoringTargets } from "../../watcher/monitoring/monitoringTargets";
import { workloadKinds } from "../../watcher/ownedKinds";
import { ReadinessIndex } from "../../watcher/readiness";
import { Retries } from "../../watcher/retries";
import { RouteClaims } from "../../watcher/routeClaims";
import { type Json, resource } from "../spec/examples";
import { exposedApis, slice } from "./examples";
import { keyOf, platform } from "./world";

const [deployments] = workloadKinds;
const template = (labels: Json, annotations: Json = {}): Json => ({
  spec: { template: { metadata: { labels, annotations }, spec: { containers: [{ name: "app" }] } } },
});
const annotationFields = { "f:spec": { "f:template": { "f:metadata": { "f:annotations": { "f:x": {} } } } } };
const metrics = { apiType: "prometheus", implementation: "app-svc" };

describe("EventHandlers", () => {
  let apis: Map<ObjectKey, ApiObject>;
  let enqueued: ObjectKey[];
  let listed: boolean;
  let followed: number;
  let declared: DeclaredIndex;
  let monitoring: MonitoringTargets;
  let claims: RouteClaims;
  let retries: Retries;
  let handlers: EventHandlers;

  function handle(): void {
    apis = new Map();
    enqueued = [];
    listed = true;
    followed = 0;
    declared = new DeclaredIndex();
    monitoring = new MonitoringTargets();
    claims = new RouteClaims();
    retries = new Retries();
    const log = createLogger("error");
    mock.method(log, "error", () => undefined);
    const summaries = { apiChanged: () => undefined, apiRemoved: () => undefined };
    handlers = new EventHandlers({
      claims,
      readiness: new ReadinessIndex(),
      implementations: new KeyIndex(),
      declared,
      monitoring,
      drift: new DriftDetector(() => undefined, "correct"),
      retries,
      summaries: summaries as unknown as ComponentSummaries,
      log,
      api: (key) => apis.get(key),
      evaluate: (_key, object) => evaluate(exposedApis, object, platform),
      followWorkloads: () => {
        followed += 1;
      },
      gatewayServices: () => undefined,
      platformIngress: () => undefined,
      enqueue: (keys) => {
        if (listed) enqueued.push(...keys);
        return listed;
      },
    });
  }
  beforeEach(() => {
    handle();
  });
  afterEach(() => {
    mock.restoreAll();
  });

  function put(name: string, spec: Json = {}, metadata: Json = {}): void {
    const object = resource(spec, { name, uid: `uid-${name}`, ...metadata });
    apis.set(keyOf(name), object);
    enqueued.length = 0;
    handlers.api.onUpsert(keyOf(name), object);
  }
  const routes = { kind: "VirtualService", group: "g", version: "v1", plural: "virtualservices" };
  const declares = (name: string): void => {
    declared.set(keyOf(name), [{ kind: "VirtualService", namespace: "components", name }]);
  };
  const datadog = { annotations: { [`${GROUP}/monitoring`]: "DataDogAnnotations" } };

  /** What the controller does when an API is evaluated to be served. */
  function asks(name: string): void {
    evaluate(exposedApis, apis.get(keyOf(name)) ?? {}, platform, (wish) => {
      monitoring.setApi(keyOf(name), wish);
      return undefined;
    });
  }

  it("queue an API that changed, and one that is gone", () => {
    put("a");
    assert.deepEqual(enqueued, [keyOf("a")]);
    handlers.api.onDelete(keyOf("a"));
    assert.deepEqual(enqueued, [keyOf("a"), keyOf("a")]);
  });

  it("give up the routes of an API that went before all were listed", () => {
    listed = false;
    put("a");
    put("b");
    handlers.api.onDelete(keyOf("a"));
    assert.equal(claims.conflict(keyOf("b")), undefined);
  });

  it("queue an API although taking it in fails", () => {
    put("a");
    mock.method(claims, "set", () => {
      throw new Error("a bug");
    });
    put("a");
    assert.deepEqual(enqueued, [keyOf("a")]);
  });

  it("queue the APIs of a Service whose readiness changed, and none where it did not", () => {
    put("a");
    put("other", { implementation: "another" });
    enqueued.length = 0;
    handlers.slice.onUpsert(slice("x", true) as never);
    assert.deepEqual(enqueued, [keyOf("a")]);
    handlers.slice.onUpsert(slice("y", true) as never);
    assert.deepEqual(enqueued, [keyOf("a")]);
    handlers.slice.onDelete(slice("y", true) as never);
    handlers.slice.onDelete(slice("x", true) as never);
    assert.deepEqual(enqueued, [keyOf("a"), keyOf("a")]);
  });

  it("queue the API that declares an object, and nothing for objects of others", () => {
    put("a");
    declares("a");
    enqueued.length = 0;
    for (const name of ["a", "stranger"]) {
      const object = { metadata: { name, namespace: "components", resourceVersion: "1" } };
      handlers.owned(routes).onUpsert(object);
      handlers.owned(routes).onDelete(object);
    }
    assert.deepEqual(enqueued, [keyOf("a"), keyOf("a")]);
  });

  it("queue every API with objects of a kind when these can be judged again", () => {
    for (const name of ["a", "b", "c"]) put(name);
    declares("a");
    declares("b");
    declared.set(keyOf("c"), [{ kind: "EnvoyFilter", namespace: "istio-ingress", name: "components.c" }]);
    enqueued.length = 0;
    handlers.ownedCurrent(routes);
    assert.deepEqual(enqueued, [keyOf("a"), keyOf("b")]);
  });

  it("queue an API for an object in another namespace that has another name", () => {
    put("c");
    declared.set(keyOf("c"), [{ kind: "EnvoyFilter", namespace: "istio-ingress", name: "components.c" }]);
    enqueued.length = 0;
    const filters = { kind: "EnvoyFilter", group: "g", version: "v1", plural: "envoyfilters" };
    const object = { metadata: { name: "components.c", namespace: "istio-ingress", resourceVersion: "1" } };
    handlers.owned(filters).onUpsert(object);
    handlers.owned(filters).onUpsert({ metadata: { ...object.metadata, namespace: "components" } });
    handlers.owned(routes).onUpsert(object);
    assert.deepEqual(enqueued, [keyOf("c")]);
    handlers.api.onDelete(keyOf("c"));
    enqueued.length = 0;
    handlers.owned(filters).onDelete(object);
    assert.deepEqual(enqueued, []);
  });

  it("have a failed run repeated at once when an object that it declares is deleted", () => {
    put("a");
    declares("a");
    retries.failed(keyOf("a"), "hash", { reason: "FieldConflict", message: "held by another" });
    const object = { metadata: { name: "a", namespace: "components", resourceVersion: "1" } };
    handlers.owned(routes).onUpsert(object);
    assert.notEqual(retries.pending(keyOf("a"), "hash"), undefined);
    handlers.owned(routes).onDelete(object);
    assert.equal(retries.pending(keyOf("a"), "hash"), undefined);
  });

  it("have workloads followed once an API asks for annotations, and queue it when they are known", () => {
    put("a", metrics);
    assert.equal(followed, 0);
    put("b", metrics, datadog);
    assert.equal(followed, 1);
    asks("b");
    enqueued.length = 0;
    handlers.workloadsListed("elsewhere");
    assert.deepEqual(enqueued, []);
    handlers.workloadsListed("components");
    handlers.workloadsListed(undefined);
    assert.deepEqual(enqueued, [keyOf("b"), keyOf("b")]);
  });

  it("take in no wish before all claims are known: who is not served wins no workload", () => {
    put("a", metrics, datadog);
    assert.equal(monitoring.outcome(keyOf("a")), undefined);
  });

  describe("of a metrics API behind whose Service a workload is", () => {
    const service = {
      metadata: { name: "app-svc", namespace: "components" },
      spec: { selector: { app: "x" }, ports: [{ port: 80 }] },
    };
    const deployment = {
      metadata: { name: "app", namespace: "components", resourceVersion: "1" },
      ...template({ app: "x" }),
    };
    const workloads = () => {
      const settings = monitoring.outcome(keyOf("a"))?.settings;
      return settings?.type === "DataDogAnnotations" ? settings.workloads.map(({ name }) => name) : undefined;
    };
    const notice = (changed: object = {}) => {
      enqueued.length = 0;
      handlers.workload(deployments!).onUpsert({ ...deployment, ...changed });
    };

    beforeEach(() => {
      put("a", metrics, datadog);
      asks("a");
      handlers.service.onUpsert(service);
      notice();
    });

    it("queue the API when the workload appears and goes", () => {
      assert.ok(enqueued.includes(keyOf("a")));
      assert.deepEqual(workloads(), ["app"]);
      enqueued.length = 0;
      handlers.workload(deployments!).onDelete(deployment);
      assert.deepEqual(enqueued, [keyOf("a")]);
      assert.deepEqual(workloads(), []);
    });

    it("queue nothing where only what does not count has changed, as its number of replicas", () => {
      notice({ metadata: { ...deployment.metadata, resourceVersion: "2" }, status: { readyReplicas: 1 } });
      assert.deepEqual(enqueued, []);
    });

    it("queue the API when annotations of its Pods are changed, or are set by another", () => {
      const annotations = (value: string) => template({ app: "x" }, { "ad.datadoghq.com/app.checks": value });
      notice(annotations("{}"));
      assert.deepEqual(enqueued, [keyOf("a")]);
      notice(annotations("{}"));
      assert.deepEqual(enqueued, []);
      notice(annotations("other"));
      assert.deepEqual(enqueued, [keyOf("a")]);
      notice();
      assert.deepEqual(enqueued, [keyOf("a")], "removed by hand");

      const setBy = (manager: string) => ({
        metadata: {
          ...deployment.metadata,
          managedFields: [{ manager, operation: "Apply", fieldsV1: annotationFields }],
        },
      });
      notice(setBy("oda-api.b"));
      assert.deepEqual(enqueued, [keyOf("a")]);
      notice(setBy("oda-api.b"));
      assert.deepEqual(enqueued, []);
    });

    it("follow the selector of the Service", () => {
      handlers.service.onUpsert({ ...service, spec: { selector: { app: "y" }, ports: [{ port: 80 }] } });
      assert.deepEqual(workloads(), []);
      handlers.service.onUpsert(service);
      assert.deepEqual(workloads(), ["app"]);
      handlers.service.onDelete(service);
      assert.deepEqual(workloads(), []);
    });

    it("leave to others what the API does not hold, once it is being deleted, however invalid its spec is", () => {
      put("a", { ...metrics, port: 0 }, { ...datadog, deletionTimestamp: "2026-01-01T00:00:00Z" });
      assert.equal(workloads(), undefined);
    });

    it("leave to it what it holds, until it has given that back or is gone", () => {
      const held = {
        metadata: {
          ...deployment.metadata,
          managedFields: [{ manager: "oda-api.a", operation: "Apply", fieldsV1: annotationFields }],
        },
      };
      notice(held);
      put("b", metrics, datadog);
      asks("b");
      put("a", metrics, { ...datadog, deletionTimestamp: "2026-01-01T00:00:00Z" });
      assert.ok(enqueued.includes(keyOf("b")));
      assert.equal(monitoring.outcome(keyOf("b"))?.problem?.type, "Kept");

      enqueued.length = 0;
      handlers.api.onDelete(keyOf("a"));
      assert.ok(enqueued.includes(keyOf("b")));
      assert.equal(monitoring.outcome(keyOf("b"))?.problem, undefined);
    });
  });
});
