import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Backoff } from "../../watcher/backoff";

describe("Backoff", () => {
  it("doubles up to the cap, of which at least half is waited for", () => {
    const options = { base: fc.integer({ min: 1, max: 10_000 }), factor: fc.integer({ min: 1, max: 1000 }) };
    fc.assert(
      fc.property(options.base, options.factor, fc.integer({ min: 1, max: 60 }), (base, factor, failures) => {
        const cap = base * factor;
        const backoff = new Backoff({ base, cap });
        for (let failure = 0; failure < failures; failure++) {
          const full = Math.min(cap, base * 2 ** failure);
          const delay = backoff.next();
          assert.ok(delay >= full / 2 && delay <= full, `${delay} after ${failure} of ${full}`);
          assert.ok(Number.isInteger(delay), "timers count whole milliseconds");
        }
      }),
    );
  });

  it("spreads those that failed together", () => {
    const delays = Array.from({ length: 100 }, () => new Backoff({ base: 1000, cap: 1000 }).next());

    assert.ok(new Set(delays).size > 50);
    assert.ok(Math.max(...delays) - Math.min(...delays) > 100);
  });

  it("begins anew after a success", () => {
    const backoff = new Backoff({ base: 1000, cap: 60_000 });
    for (let failure = 0; failure < 10; failure++) backoff.next();
    backoff.reset();

    assert.ok(backoff.next() <= 1000);
  });

  it("stays at the cap for as long as the failures go on", () => {
    const backoff = new Backoff({ base: 1000, cap: 60_000 });
    for (let failure = 0; failure < 5000; failure++) backoff.next();

    const delay = backoff.next();
    assert.ok(delay >= 30_000 && delay <= 60_000);
  });
});
