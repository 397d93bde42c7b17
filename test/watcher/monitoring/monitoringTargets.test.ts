import assert from "node:assert/strict";
import * as fc from "fast-check";
import { MonitoringTargets, type MonitoringWish } from "../../../watcher/monitoring/monitoringTargets";
import { type SelectingService, type Workload } from "../../../watcher/monitoring/workloadSelection";
import { announced, later, NAMESPACE, prometheus, service, targets, wish, workload } from "./examples";

describe("The workloads that announce an API", () => {
  it("are found by the selector of its Service, of every kind and in a stable order", () => {
    const found = targets(["a", wish()]);
    found.setWorkload(workload({ kind: "StatefulSet" }));
    found.setWorkload(workload({ kind: "DaemonSet", name: "z" }));
    found.setWorkload(workload({ name: "another", labels: { app: "other" } }));
    found.setWorkload(workload({ name: "elsewhere", namespace: "other" }));

    assert.deepEqual(announced(found, "a"), [
      "DaemonSet/z main:8080/metrics",
      "Deployment/catalog main:8080/metrics",
      "StatefulSet/catalog main:8080/metrics",
    ]);
  });

  it("have every label of the selector", () => {
    const found = targets(["a", wish()]);
    found.setService(service({ selector: { app: "catalog", tier: "api", track: "stable" } }));
    assert.deepEqual(announced(found, "a"), []);

    found.setWorkload(workload({ labels: { app: "catalog", tier: "api", track: "stable", more: "x" } }));
    assert.deepEqual(announced(found, "a"), ["Deployment/catalog main:8080/metrics"]);
  });

  it("are none for an API with a ServiceMonitor, which needs to know no workload", () => {
    const found = targets(["a", wish({ type: "ServiceMonitor" })]);

    assert.deepEqual(found.outcome("a"), { settings: { type: "ServiceMonitor" } });
  });

  it("are not known of an API that asks for nothing", () => {
    assert.equal(targets().outcome("a"), undefined);
  });
});

describe("What of an API cannot be announced", () => {
  it("is everything while there is no Service, or nothing behind it", () => {
    const found = new MonitoringTargets();
    const settings = { type: "DataDogAnnotations", workloads: [] };
    found.setApi("a", wish());
    assert.deepEqual(found.outcome("a"), { settings, problem: { type: "NoService", service: "catalog" } });

    found.setService(service());
    assert.deepEqual(found.outcome("a"), { settings, problem: { type: "NoWorkload", service: "catalog" } });
  });

  it("is everything behind a Service without a selector, whose endpoints somebody writes by hand", () => {
    const found = targets(["a", wish()]);
    found.setService(service({ selector: {} }));

    assert.deepEqual(announced(found, "a"), []);
    assert.equal(found.outcome("a")?.problem?.type, "NoWorkload");
  });

  it("is a login, with annotations of Prometheus", () => {
    const basicAuth = { secretName: "login", usernameKey: "user", passwordKey: "pass" };
    const found = targets(["a", wish({ ...prometheus, basicAuth })]);

    assert.deepEqual(announced(found, "a"), ["Deployment/catalog main:8080/metrics"]);
    assert.deepEqual(found.outcome("a")?.problem, { type: "BasicAuthNotSupported" });
  });

  it("is nothing of a login with annotations of DataDog, which name the Secret in the API's namespace", () => {
    const basicAuth = { secretName: "login", usernameKey: "user", passwordKey: "pass" };
    const found = targets(["a", wish({ basicAuth })]);

    const endpoint = { container: "main", port: 8080, path: "/metrics" };
    assert.deepEqual(found.outcome("a"), {
      settings: {
        type: "DataDogAnnotations",
        workloads: [
          {
            kind: "Deployment",
            name: "catalog",
            endpoints: [{ ...endpoint, basicAuth: { namespace: NAMESPACE, ...basicAuth } }],
          },
        ],
      },
    });
  });
});

describe("The port to scrape", () => {
  const containers = [
    { name: "main", ports: [{ name: "http", containerPort: 8080 }] },
    { name: "metrics", ports: [{ name: "prom", containerPort: 9090 }] },
  ];
  const endpointAt = (port: number, ports: SelectingService["ports"]): string => {
    const found = targets(["a", wish({ port })]);
    found.setService(service({ ports }));
    found.setWorkload(workload({ containers }));
    return announced(found, "a")[0] ?? "none";
  };

  it("is the target of the Service's port, by number or by name", () => {
    assert.match(endpointAt(80, [{ port: 80, targetPort: 9090 }]), / metrics:9090/);
    assert.match(endpointAt(80, [{ port: 80, targetPort: "prom" }]), / metrics:9090/);
    assert.match(endpointAt(9090, [{ port: 9090 }]), / metrics:9090/);
  });

  it("belongs to the first container where none declares it", () => {
    assert.match(endpointAt(80, [{ port: 80, targetPort: 7070 }]), / main:7070/);
  });

  it("is one of a container where the Service has no such port, or names one that is not there", () => {
    assert.match(endpointAt(9090, [{ port: 80, targetPort: 8080 }]), / metrics:9090/);
    assert.match(endpointAt(9090, [{ port: 9090, targetPort: "gone" }]), / metrics:9090/);
  });

  it("is that of the API in the first container where nothing says more", () => {
    assert.match(endpointAt(7070, []), / main:7070/);
  });
});

describe("A change in the cluster", () => {
  it("tells nobody where nothing that counts is new", () => {
    const found = targets(["a", wish()]);

    assert.deepEqual(found.setApi("a", wish()), []);
    assert.deepEqual(found.setService(service()), []);
    assert.deepEqual(found.setWorkload(workload()), []);
    assert.deepEqual(found.removeWorkload("DaemonSet", NAMESPACE, "unknown"), []);
    assert.deepEqual(found.removeService(NAMESPACE, "unknown"), []);
  });

  it("of a Service or workload tells the APIs behind it, and no others", () => {
    const found = targets(["a", wish()], ["other", wish({ service: "orders" })]);

    assert.deepEqual(found.setService(service({ ports: [] })), ["a"]);
    assert.deepEqual(found.setWorkload(workload({ containers: [{ name: "b", ports: [] }] })), ["a"]);
    assert.deepEqual(found.removeWorkload("Deployment", NAMESPACE, "catalog"), ["a"]);
    assert.deepEqual(found.removeService(NAMESPACE, "catalog"), ["a"]);
    assert.deepEqual(found.setWorkload(workload({ labels: { app: "unrelated" } })), []);
  });

  it("of the annotations of a workload tells the APIs on it", () => {
    const found = targets(["a", wish()]);

    assert.deepEqual(found.setWorkload(workload({ fingerprint: "another" })), ["a"]);
    assert.deepEqual(found.setWorkload(workload({ fingerprint: "another" })), []);
  });

  it("tells every API whose outcome it changes, whatever the order of changes, and leaves the same outcomes", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const found = new MonitoringTargets();
        const objects = new Map<string, Change>();
        for (const each of changes) {
          const before = KEYS.map((key) => found.outcome(key));
          const told = apply(found, each);
          KEYS.forEach((key, index) => {
            const same = JSON.stringify(found.outcome(key)) === JSON.stringify(before[index]);
            assert.ok(same || told.includes(key), `${key} was not told of ${JSON.stringify(each)}`);
          });
          objects.set(`${each.of} ${each.id}`, each);
        }
        const fresh = new MonitoringTargets();
        for (const each of [...objects.values()].reverse()) apply(fresh, each);
        for (const key of KEYS) assert.deepEqual(found.outcome(key), fresh.outcome(key));
      }),
    );
  });
});

const KEYS = ["k0", "k1", "k2"].map((name) => `exposedapis/${NAMESPACE}/${name}`);
const MANAGERS = [[], ["oda-api.k0"], ["oda-api.k1"], ["oda-api.k0", "oda-api.k2"]];
const LABELS = [{ app: "x" }, { app: "x", tier: "y" }, { tier: "y" }, {}, { app: "z" }];

/** An object that is set, or without a value removed. */
type Change =
  | { readonly of: "api"; readonly id: string; readonly value?: MonitoringWish | "gone" | undefined }
  | { readonly of: "service"; readonly id: string; readonly value?: SelectingService | undefined }
  | { readonly of: "workload"; readonly id: string; readonly value?: Workload | undefined };

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 4 });

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    of: fc.constant("api" as const),
    id: fc.constantFrom(...KEYS),
    value: maybe(
      fc.oneof(
        fc.constant("gone" as const),
        fc
          .record({
            type: fc.constantFrom("DataDogAnnotations", "PrometheusAnnotations", "ServiceMonitor"),
            service: fc.constantFrom("s0", "s1"),
            path: fc.constantFrom("/a", "/b"),
            since: fc.constantFrom("2026-01-01T00:00:00Z", later),
          })
          .map((changes) => wish(changes as Partial<MonitoringWish>)),
      ),
    ),
  }),
  fc
    .record({ id: fc.constantFrom("s0", "s1"), selector: maybe(fc.constantFrom(...LABELS)) })
    .map(({ id, selector }) => ({
      of: "service" as const,
      id,
      value:
        selector === undefined
          ? undefined
          : service({ name: id, selector: selector as Record<string, string> }),
    })),
  fc
    .record({
      id: fc.constantFrom("w0", "w1", "w2"),
      labels: maybe(fc.constantFrom(...LABELS)),
      managers: fc.constantFrom(...MANAGERS),
    })
    .map(({ id, labels, managers }) => ({
      of: "workload" as const,
      id,
      value:
        labels === undefined
          ? undefined
          : workload({ name: id, labels: labels as Record<string, string>, managers }),
    })),
);

function apply(to: MonitoringTargets, { of, id, value }: Change): readonly string[] {
  if (of === "api") return value === "gone" ? to.removeApi(id) : to.setApi(id, value);
  if (of === "service") return value === undefined ? to.removeService(NAMESPACE, id) : to.setService(value);
  return value === undefined ? to.removeWorkload("Deployment", NAMESPACE, id) : to.setWorkload(value);
}
