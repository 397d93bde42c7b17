import assert from "node:assert/strict";
import { CorrectionPace } from "../../../watcher/drift/correctionPace";
import { useClock } from "../../support/clock";

const KEY = "exposedapis/components/a";

describe("CorrectionPace", () => {
  const clock = useClock();

  it("lets the first correction be made at once", () => {
    assert.equal(new CorrectionPace().delay(KEY), 0);
  });

  it("has corrections that follow each other wait longer and longer, up to five minutes", async () => {
    const pace = new CorrectionPace();
    const delays: number[] = [];
    for (let correction = 0; correction < 12; correction++) {
      pace.corrected(KEY);
      delays.push(pace.delay(KEY));
      await clock.advance(pace.delay(KEY));
      assert.equal(pace.delay(KEY), 0);
    }
    assert.ok((delays[0] ?? 0) <= 1_000, delays.join());
    assert.ok((delays[11] ?? 0) > 150_000 && (delays[11] ?? 0) <= 300_000, delays.join());
  });

  it("begins anew after ten quiet minutes", async () => {
    const pace = new CorrectionPace();
    for (let correction = 0; correction < 8; correction++) pace.corrected(KEY);
    await clock.advance(1_000_000);
    pace.corrected(KEY);
    assert.ok(pace.delay(KEY) <= 1_000, String(pace.delay(KEY)));
  });

  it("forgets an API that is gone", () => {
    const pace = new CorrectionPace();
    pace.corrected(KEY);
    pace.forget(KEY);
    assert.equal(pace.delay(KEY), 0);
  });
});
