import assert from "node:assert/strict";
import { mock } from "node:test";
import { MonitoringTargets, type MonitoringWish } from "../../../watcher/monitoring/monitoringTargets";
import { type Workload } from "../../../watcher/monitoring/workloadSelection";
import { announced, later, NAMESPACE, prometheus, service, targets, wish, workload } from "./examples";

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

describe("An API that another announces along with its own", () => {
  it("is told which", () => {
    const found = targets(["old", wish({ path: "/old" })], ["young", wish({ path: "/young", since: later })]);

    assert.equal(found.outcome("young")?.announcedBy, "old");
    assert.equal(found.outcome("old")?.announcedBy, undefined);
  });

  it("is told of none where nothing is behind its Service", () => {
    const found = targets(["a", wish()]);
    found.removeWorkload("Deployment", NAMESPACE, "catalog");

    assert.equal(found.outcome("a")?.announcedBy, undefined);
  });
});

describe("A workload on which an API has set annotations", () => {
  const old = "exposedapis/components/old";
  const young = "exposedapis/components/young";
  const heldBy = (...managers: string[]): Workload => workload({ managers });
  const kept = { type: "Kept", by: old, workload: { kind: "Deployment", name: "catalog" } };

  it("is left to it while it is not known what it asks for, or it is not served: the next waits", () => {
    const found = targets([old, wish({ path: "/old" })], [young, wish({ path: "/young", since: later })]);
    found.setWorkload(heldBy("oda-api.old"));
    assert.deepEqual(found.setApi(old, undefined), [old, young]);

    assert.deepEqual(announced(found, young), []);
    assert.deepEqual(found.outcome(young)?.problem, kept);
  });

  it("is so after a restart too, which knows nothing of what it asked for", () => {
    const found = new MonitoringTargets();
    found.setService(service());
    found.setWorkload(heldBy("oda-api.old"));
    found.setApi(young, wish());
    found.setApi(old, undefined);

    assert.deepEqual(announced(found, young), []);
    assert.deepEqual(found.outcome(young)?.problem, kept);
  });

  it("is the next one's as soon as it is given back", () => {
    const found = targets([old, undefined], [young, wish()]);
    found.setWorkload(heldBy("oda-api.old"));
    assert.deepEqual(found.setWorkload(heldBy()), [young]);

    assert.deepEqual(announced(found, young), ["Deployment/catalog main:8080/metrics"]);
    assert.equal(found.outcome(young)?.problem, undefined);
  });

  it("is not left to one that is gone", () => {
    const found = targets([old, undefined], [young, wish()]);
    found.setWorkload(heldBy("oda-api.old"));

    assert.deepEqual(found.removeApi(old), [old, young]);
    assert.deepEqual(announced(found, young), ["Deployment/catalog main:8080/metrics"]);
  });

  it("is not left to one of the other kind, or of another namespace, that has the same name", () => {
    const found = targets(["apis/components/old", undefined], ["exposedapis/other/old", undefined]);
    found.setApi(young, wish());
    found.setWorkload(heldBy("oda-api.old"));

    assert.deepEqual(announced(found, young), ["Deployment/catalog main:8080/metrics"]);
  });

  it("is given back by one that is not the first any more, before the first takes it", () => {
    const found = targets([old, wish({ path: "/old" })], [young, wish({ path: "/young", since: later })]);
    found.setWorkload(heldBy("oda-api.young"));

    assert.deepEqual(announced(found, young), []);
    assert.deepEqual(announced(found, old), []);
    assert.equal(found.outcome(old)?.problem?.type, "Kept");
    assert.deepEqual(found.setWorkload(heldBy()), [old, young]);
    assert.deepEqual(announced(found, old), ["Deployment/catalog main:8080/old main:8080/young"]);
  });

  it("goes on being announced on by the first that holds it", () => {
    const found = targets([old, wish()]);
    const before = found.outcome(old);
    found.setWorkload(heldBy("helm", "oda-api.old"));

    assert.deepEqual(found.outcome(old), before);
  });
});

describe("A container that annotations of DataDog cannot name", () => {
  const LONGEST = "c".repeat(56);
  const behind = (container: string, changes: Partial<MonitoringWish> = {}): MonitoringTargets => {
    const found = targets(["a", wish(changes)]);
    found.setWorkload(workload({ containers: [{ name: container, ports: [] }] }));
    return found;
  };

  it("has a name of more than 56 characters: nothing is announced there, and the API is told so", () => {
    assert.deepEqual(behind(`${LONGEST}c`).outcome("a"), {
      settings: { type: "DataDogAnnotations", workloads: [] },
      problem: {
        type: "ContainerNotSupported",
        container: `${LONGEST}c`,
        workload: { kind: "Deployment", name: "catalog" },
      },
    });
    assert.deepEqual(announced(behind(LONGEST), "a"), [`Deployment/catalog ${LONGEST}:8080/metrics`]);
  });

  it("can be announced for Prometheus", () => {
    assert.deepEqual(announced(behind(`${LONGEST}c`, prometheus), "a"), [
      `Deployment/catalog ${LONGEST}c:8080/metrics`,
    ]);
  });

  it("keeps no other API from the workload", () => {
    const found = behind(`${LONGEST}c`);
    found.setApi("b", wish({ ...prometheus, since: later }));

    assert.deepEqual(announced(found, "b"), [`Deployment/catalog ${LONGEST}c:8080/metrics`]);
  });
});

describe("What a workload announces", () => {
  it("is worked out once for all its APIs, until something changes there", () => {
    const count = 300;
    const found = targets();
    const keys = Array.from({ length: count }, (_, index) => `k${String(index).padStart(4, "0")}`);
    for (const key of keys) found.setApi(key, wish({ path: `/${key}` }));
    const reads = countReads(found);
    for (const key of keys) found.outcome(key);
    assert.ok(reads() < 10 * count, String(reads()));
    assert.equal(announced(found, "k0000")[0]?.split(" ").length, 1 + count);
  });
});

/** How often the index has looked up what an API asks for. */
function countReads(found: MonitoringTargets): () => number {
  const { wishes } = found as unknown as { wishes: Map<string, MonitoringWish> };
  const get = mock.method(wishes, "get");
  return () => get.mock.callCount();
}
