import assert from "node:assert/strict";
import { Crashes } from "../../../stack/warm/crashes";
import { useClock } from "../../support/clock";

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

describe("Crashes", () => {
  const clock = useClock(START);
  let crashes: Crashes;

  beforeEach(() => {
    crashes = new Crashes();
  });

  it("ask for no delay where there were none", () => {
    assert.equal(crashes.delay, 0);
    assert.equal(crashes.paused, false);
  });

  it("ask for delays that grow up to half a minute", () => {
    const delays = Array.from({ length: 8 }, () => {
      crashes.add("no", 0);
      return crashes.delay;
    });

    assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("ask for the first delay again after an engine that ran for a minute", () => {
    crashes.add("no", 0);
    crashes.add("no", 0);

    crashes.add("no", MINUTE);

    assert.equal(crashes.delay, 1000);
  });

  it("delay a start from the moment of the crash on", async () => {
    crashes.add("no", 0);

    await clock.advance(400);
    assert.equal(crashes.delay, 600);
    await clock.advance(60_000);
    assert.equal(crashes.delay, 0);
  });

  it("ask for a pause of ten minutes after three in five minutes", async () => {
    crashes.add("one", 0);
    await clock.advance(2 * MINUTE);
    crashes.add("two", 0);
    assert.equal(crashes.pause, undefined);
    await clock.advance(2 * MINUTE);
    crashes.add("three", 0);

    assert.equal(crashes.why, "three");
    assert.deepEqual(crashes.pause, { since: START + 4 * MINUTE, until: START + 14 * MINUTE });
    assert.equal(crashes.paused, true);
    await clock.advance(10 * MINUTE);
    assert.equal(crashes.paused, false);
  });

  it("ask for none where they lie further apart", async () => {
    for (const why of ["one", "two", "three"]) {
      crashes.add(why, 0);
      await clock.advance(3 * MINUTE);
    }

    assert.equal(crashes.pause, undefined);
  });

  it("ask for a pause at once where every start would end the same way", () => {
    crashes.add("not there", 0, true);

    assert.equal(crashes.paused, true);
  });

  it("are over when an engine is ready", () => {
    crashes.add("not there", 0, true);

    crashes.started();

    assert.equal(crashes.why, undefined);
    assert.equal(crashes.paused, false);
  });

  it("count with those before an engine was ready", () => {
    for (const why of ["one", "two", "three"]) {
      crashes.add(why, 0);
      if (why !== "three") crashes.started();
    }

    assert.equal(crashes.paused, true);
  });

  it("ask for a pause again at once where the engine is not there after one", async () => {
    crashes.add("not there", 0, true);
    await clock.advance(11 * MINUTE);

    crashes.add("no backend", 0);

    assert.deepEqual(crashes.pause, { since: START, until: START + 21 * MINUTE });
  });

  it("ask for a pause again at once where the engine crashes within a minute after one", async () => {
    crashes.add("not there", 0, true);
    await clock.advance(11 * MINUTE);
    crashes.started();
    await clock.advance(MINUTE - 1);

    crashes.add("panic", MINUTE - 1);

    assert.equal(crashes.paused, true);
  });

  it("ask for none where the engine has run for a minute after one", async () => {
    crashes.add("not there", 0, true);
    await clock.advance(11 * MINUTE);
    crashes.started();
    await clock.advance(MINUTE);

    crashes.add("panic", MINUTE);
    assert.equal(crashes.paused, false);
    crashes.started();
    crashes.add("panic", 0);

    assert.equal(crashes.paused, false);
  });

  it("are recent for five minutes", async () => {
    assert.equal(crashes.recent, false);
    crashes.add("no", 0);
    assert.equal(crashes.recent, true);
    await clock.advance(5 * MINUTE);
    assert.equal(crashes.recent, false);
  });

  it("tell since when there is no engine, also over several pauses", async () => {
    crashes.add("not there", 0, true);
    await clock.advance(11 * MINUTE);

    crashes.add("not there", 0, true);

    assert.deepEqual(crashes.pause, { since: START, until: START + 21 * MINUTE });
  });
});
