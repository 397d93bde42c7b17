import assert from "node:assert/strict";
import { isUpkeep } from "../../../dev/bench/idle";
import { row, toJson, toText, type Measured } from "../../../dev/bench/measured";
import { quarters } from "../../../dev/bench/memory";
import { peakMemory } from "../../../dev/bench/proc";
import { cpuSeconds } from "../../../dev/bench/resources";

const measured: readonly Measured[] = [
  {
    figures: { engine: "cli", burst_per_s: 2 },
    table: [row("engine", "cli"), row("burst", 2, null)],
    targets: [{ key: "create", what: "a new API is faster", met: true }],
  },
  {
    figures: { idle: { apis: 1000 } },
    table: [row("idle", "1000 APIs")],
    targets: [{ key: "idle_cpu", what: "less than 1 % of a core", met: false }],
  },
];

describe("what the benchmark tells", () => {
  it("has all figures side by side in JSON, and the targets together", () => {
    assert.deepEqual(JSON.parse(toJson(measured)), {
      engine: "cli",
      burst_per_s: 2,
      idle: { apis: 1000 },
      targets_met: { create: true, idle_cpu: false },
    });
  });

  it("has the tables first for people, then a line for each target", () => {
    const lines = toText(measured).split("\n");
    assert.match(lines[1]!, /^burst +2 +n\/a$/);
    assert.deepEqual(lines.slice(-4), [
      "",
      "met     a new API is faster",
      "MISSED  less than 1 % of a core",
      "",
    ]);
  });

  it("has the problems at the end, and of many the first", () => {
    const problems = Array.from({ length: 60 }, (_, index) => `number ${index}`);
    const lines = toText([{ ...measured[0]!, problems }]).split("\n");
    assert.equal(
      lines.find((line) => line.startsWith("PROBLEM")),
      "PROBLEM number 0",
    );
    assert.deepEqual(lines.slice(-3), ["PROBLEM number 49", "PROBLEM and 10 more", ""]);
  });

  it("compares the heap of the first and of the last quarter by their medians", () => {
    const heaps = [10e6, 90e6, 11e6, 50e6, 50e6, 50e6, 50e6, 50e6, 50e6, 12e6, 13e6, 99e6];
    assert.deepEqual(quarters(heaps), { first: 11, last: 13 });
  });

  it("takes watches and the lease for upkeep, and nothing else", () => {
    assert.ok(["WATCH services", "UPDATE leases", "GET leases"].every(isUpkeep));
    assert.deepEqual(["LIST services", "PATCH exposedapis", "CREATE events"].filter(isUpkeep), []);
  });

  it("reads what a process has used, and nothing of one that is not there", () => {
    if (process.platform === "linux") {
      assert.ok(cpuSeconds(process.pid)! > 0);
      assert.ok(peakMemory(process.pid)! > process.memoryUsage().rss / 1e6 / 2);
    }
    assert.equal(cpuSeconds(-1), undefined);
    assert.equal(peakMemory(-1), undefined);
  });
});
