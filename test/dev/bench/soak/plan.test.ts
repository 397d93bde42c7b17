import assert from "node:assert/strict";
import { nextRun, randomNumbers, type Declared, type PlannedRun } from "../../../../dev/bench/soak/plan";

/** The runs of one stack, as if each had ended as it should. */
function runsOf(count: number, seed: number): PlannedRun[] {
  const random = randomNumbers(seed);
  let declared: Declared | undefined;
  return Array.from({ length: count }, () => {
    const run = nextRun(random, declared);
    if (run.fault === undefined) declared = run.declares;
    return run;
  });
}

describe("plan of a soak", () => {
  it("is the same for the same seed, and another for another", () => {
    assert.deepEqual(runsOf(50, 1), runsOf(50, 1));
    assert.notDeepEqual(runsOf(50, 1), runsOf(50, 2));
  });

  it("has runs of every kind, and one of twenty made to fail", () => {
    const runs = runsOf(10_000, 1);
    const share = (is: (run: PlannedRun) => boolean): number => runs.filter(is).length / runs.length;
    for (const work of ["create", "update", "unchanged", "delete"] as const) {
      assert.ok(share((run) => run.work === work) > 0.15, work);
    }
    for (const fault of ["refused", "throws"] as const) {
      const failing = share((run) => run.fault === fault);
      assert.ok(failing > 0.02 && failing < 0.03, `${fault} ${failing}`);
    }
  });

  it("deletes and leaves unchanged only what has been declared", () => {
    const random = randomNumbers(3);
    const works = new Set(Array.from({ length: 100 }, () => nextRun(random, undefined).work));
    assert.deepEqual([...works], ["create"]);
    const declared = { version: 7, metrics: true };
    const runs = Array.from({ length: 100 }, () => nextRun(random, declared));
    assert.ok(runs.filter(({ work }) => work === "unchanged").every(({ declares }) => declares === declared));
    assert.ok(runs.filter(({ work }) => work === "update").every(({ declares }) => declares!.version === 8));
    assert.ok(runs.filter(({ work }) => work === "delete").every(({ declares }) => declares === undefined));
  });
});
