import assert from "node:assert/strict";
import * as fc from "fast-check";
import { MonitoringTargets, type MonitoringWish } from "../../../watcher/monitoring/monitoringTargets";
import { type SelectingService, type Workload } from "../../../watcher/monitoring/workloadSelection";

const NAMESPACE = "components";

const wish = (changes: Partial<MonitoringWish> = {}): MonitoringWish => ({
  type: "DataDogAnnotations",
  namespace: NAMESPACE,
  service: "catalog",
  port: 80,
  path: "/metrics",
  since: "2026-01-01T00:00:00Z",
  ...changes,
});
const later = "2026-02-01T00:00:00Z";
const prometheus = { type: "PrometheusAnnotations" } as const;

const service = (changes: Partial<SelectingService> = {}): SelectingService => ({
  namespace: NAMESPACE,
  name: "catalog",
  selector: { app: "catalog" },
  ports: [{ port: 80, targetPort: 8080 }],
  ...changes,
});

const workload = (changes: Partial<Workload> = {}): Workload => ({
  kind: "Deployment",
  namespace: NAMESPACE,
  name: "catalog",
  labels: { app: "catalog", tier: "api" },
  containers: [{ name: "main", ports: [{ containerPort: 8080 }] }],
  ...changes,
});

/** Targets with one Service and one Deployment behind it. */
function targets(...wishes: (readonly [string, MonitoringWish])[]): MonitoringTargets {
  const filled = new MonitoringTargets();
  filled.setService(service());
  filled.setWorkload(workload());
  for (const [key, each] of wishes) filled.setApi(key, each);
  return filled;
}

/** `kind/name container:port/path …` of each workload that an API announces its metrics on. */
function announced(from: MonitoringTargets, key: string): string[] {
  const settings = from.outcome(key)?.settings;
  if (settings === undefined || settings.type === "ServiceMonitor") return [];
  return settings.workloads.map(({ kind, name, endpoints }) =>
    [`${kind}/${name}`, ...endpoints.map(({ container, port, path }) => `${container}:${port}${path}`)].join(
      " ",
    ),
  );
}

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

describe("Several APIs on one workload", () => {
  const old = ["old", wish({ path: "/old" })] as const;
  const young = ["young", wish({ path: "/young", since: later })] as const;

  it("are announced together for DataDog, by the oldest and in order of age", () => {
    const found = targets(young, old);

    assert.deepEqual(announced(found, "old"), ["Deployment/catalog main:8080/old main:8080/young"]);
    assert.deepEqual(announced(found, "young"), []);
    assert.equal(found.outcome("young")?.problem, undefined);
  });

  it("of one age are ordered by key", () => {
    const found = targets(["b", wish({ path: "/b" })], ["a", wish({ path: "/a" })]);

    assert.deepEqual(announced(found, "a"), ["Deployment/catalog main:8080/a main:8080/b"]);
  });

  it("may name one endpoint, which is then announced once", () => {
    const found = targets(["a", wish()], ["b", wish({ since: later })]);

    assert.deepEqual(announced(found, "a"), ["Deployment/catalog main:8080/metrics"]);
  });

  it("cannot all be announced for Prometheus: the younger is told of the older", () => {
    const found = targets(["old", { ...old[1], ...prometheus }], ["young", { ...young[1], ...prometheus }]);

    assert.deepEqual(announced(found, "old"), ["Deployment/catalog main:8080/old"]);
    assert.deepEqual(announced(found, "young"), []);
    assert.deepEqual(found.outcome("young")?.problem, {
      type: "Taken",
      by: "old",
      workload: { kind: "Deployment", name: "catalog" },
    });
  });

  it("can for Prometheus where they name one endpoint", () => {
    const found = targets(["a", wish(prometheus)], ["b", wish({ ...prometheus, since: later })]);

    assert.equal(found.outcome("b")?.problem, undefined);
  });

  it("have one variant, that of the oldest", () => {
    const found = targets(["old", { ...old[1], ...prometheus }], young);

    assert.equal(found.outcome("young")?.problem?.type, "Taken");
    assert.equal(found.outcome("old")?.problem, undefined);
  });

  it("do not meet one that has a ServiceMonitor", () => {
    const found = targets(["old", wish({ type: "ServiceMonitor" })], young);

    assert.deepEqual(announced(found, "young"), ["Deployment/catalog main:8080/young"]);
  });

  it("are announced by the next oldest when the first goes", () => {
    const found = targets(old, young);

    assert.deepEqual(found.setApi("old", undefined), ["old", "young"]);
    assert.deepEqual(announced(found, "young"), ["Deployment/catalog main:8080/young"]);
  });

  it("may reach it through different Services", () => {
    const found = targets(old);
    found.setService(service({ name: "metrics", selector: { tier: "api" }, ports: [{ port: 80 }] }));
    found.setApi("young", { ...young[1], service: "metrics" });

    assert.deepEqual(announced(found, "old"), ["Deployment/catalog main:8080/old main:80/young"]);
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

const KEYS = ["k0", "k1", "k2"];
const LABELS = [{ app: "x" }, { app: "x", tier: "y" }, { tier: "y" }, {}, { app: "z" }];

/** An object that is set, or without a value removed. */
type Change =
  | { readonly of: "api"; readonly id: string; readonly value?: MonitoringWish | undefined }
  | { readonly of: "service"; readonly id: string; readonly value?: SelectingService | undefined }
  | { readonly of: "workload"; readonly id: string; readonly value?: Workload | undefined };

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 4 });

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    of: fc.constant("api" as const),
    id: fc.constantFrom(...KEYS),
    value: maybe(
      fc
        .record({
          type: fc.constantFrom("DataDogAnnotations", "PrometheusAnnotations", "ServiceMonitor"),
          service: fc.constantFrom("s0", "s1"),
          path: fc.constantFrom("/a", "/b"),
          since: fc.constantFrom("2026-01-01T00:00:00Z", later),
        })
        .map((changes) => wish(changes as Partial<MonitoringWish>)),
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
    .record({ id: fc.constantFrom("w0", "w1", "w2"), labels: maybe(fc.constantFrom(...LABELS)) })
    .map(({ id, labels }) => ({
      of: "workload" as const,
      id,
      value:
        labels === undefined ? undefined : workload({ name: id, labels: labels as Record<string, string> }),
    })),
);

function apply(to: MonitoringTargets, { of, id, value }: Change): readonly string[] {
  if (of === "api") return to.setApi(id, value);
  if (of === "service") return value === undefined ? to.removeService(NAMESPACE, id) : to.setService(value);
  return value === undefined ? to.removeWorkload("Deployment", NAMESPACE, id) : to.setWorkload(value);
}
