import assert from "node:assert/strict";
import { Pace } from "../../../watcher/componentSummary/pace";
import { useClock } from "../../support/clock";

describe("Pace", () => {
  const clock = useClock();
  const pace = (): Pace<string> => new Pace({ burst: 3, interval: 1000 });
  const take = (paced: Pace<string>, times: number): number[] =>
    Array.from({ length: times }, () => paced.take("a"));

  it("lets a burst pass, then one in each interval", async () => {
    const paced = pace();
    assert.deepEqual(take(paced, 5), [0, 0, 0, 1000, 1000]);
    await clock.advance(400);
    assert.deepEqual(take(paced, 1), [600]);
    await clock.advance(600);
    assert.deepEqual(take(paced, 2), [0, 1000]);
  });

  it("lets a burst pass again after a while", async () => {
    const paced = pace();
    take(paced, 3);
    await clock.advance(60_000);
    assert.deepEqual(take(paced, 4), [0, 0, 0, 1000]);
  });

  it("counts each key by itself, and anew when it was forgotten", () => {
    const paced = pace();
    take(paced, 4);
    assert.equal(paced.take("b"), 0);
    paced.forget("a");
    assert.deepEqual(take(paced, 4), [0, 0, 0, 1000]);
  });
});
