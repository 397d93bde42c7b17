import assert from "node:assert/strict";
import { runProblem } from "../../../watcher/runMessages";
import { desiredStatus } from "../../../watcher/status";
import { type Observation } from "../../../watcher/observation";
import { TransientError } from "../../../stack";
import { parse } from "../../spec/examples";
import { applied, condition, problem, status } from "../statusExamples";

const api = parse({ apiType: "prometheus" });
const workload = { kind: "Deployment", name: "catalog" } as const;
const annotations = {
  type: "DataDogAnnotations",
  workloads: [{ ...workload, endpoints: [{ container: "main", port: 8080, path: "/metrics" }] }],
} as const;
const elsewhere = { type: "DataDogAnnotations", workloads: [] } as const;
const served = { api, monitoring: annotations };
const other = "exposedapis/components/older";

const monitored = (changes: Partial<Observation>): string | undefined =>
  condition(status({ api, ...changes }), "Monitored");

describe("the condition Monitored", () => {
  it("names the workloads that announce the metrics", () => {
    assert.equal(
      monitored(served),
      "True Monitored: DataDogAnnotations on Deployment catalog announce the metrics",
    );
  });

  it("names the API that announces them along with its own", () => {
    assert.equal(
      monitored({ monitoring: elsewhere, announcedBy: other }),
      "True Monitored: ExposedAPI components/older announces the metrics along with its own, by DataDogAnnotations",
    );
  });

  it("says of a ServiceMonitor what it asks for, and nothing of what becomes of it", () => {
    assert.equal(
      monitored({ monitoring: { type: "ServiceMonitor" } }),
      "True Monitored: a ServiceMonitor asks Prometheus to scrape the Pods of Services labelled name=r1-prodcatapi",
    );
  });

  const failed = runProblem(new TransientError("Forbidden", "no"));
  for (const each of [failed, problem]) {
    it(`is Unknown beside ${each.reason} where it never was`, () => {
      assert.equal(
        monitored({ ...served, problem: each }),
        `Unknown ${each.reason}: whether the metrics are announced is not known until Reconciled is True`,
      );
    });

    it(`stays as it was beside ${each.reason}, whatever is asked for now`, () => {
      const previous = desiredStatus({ ...applied, ...served });
      const before = condition(previous, "Monitored");
      assert.equal(monitored({ previous, monitoring: { type: "ServiceMonitor" }, problem: each }), before);
      assert.equal(monitored({ previous, monitoring: undefined, problem: each }), before);
      assert.equal(monitored({ previous, api: undefined, problem: each }), before);
    });
  }

  it("is not there where an API without metrics has a problem", () => {
    assert.equal(monitored({ api: parse(), monitoring: undefined, problem: failed }), undefined);
  });

  it("is Unknown while another API is yet to give back what it has set", () => {
    const unmonitored = { type: "Kept", by: other, workload } as const;
    assert.equal(
      monitored({ monitoring: elsewhere, unmonitored }),
      "Unknown MonitoringConflict: the Pods of Deployment catalog still announce what ExposedAPI components/older has set; " +
        "it goes on by itself when that is given back; if it lasts, see the condition Reconciled of that API",
    );
  });

  it("names the container and the rule where its name is too long", () => {
    const container = "c".repeat(57);
    const unmonitored = { type: "ContainerNotSupported", container, workload } as const;
    assert.equal(
      monitored({ monitoring: elsewhere, unmonitored }),
      `False MonitoringNotSupported: container ${container} of Deployment catalog: its name must have at most 56 characters ` +
        "for annotations of DataDog; rename the container, or choose another way by the annotation oda.tmforum.org/monitoring",
    );
  });
});
