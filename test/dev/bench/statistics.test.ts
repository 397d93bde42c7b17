import assert from "node:assert/strict";
import { median, percentiles, round } from "../../../dev/bench/statistics";

describe("statistics of the benchmark", () => {
  it("takes percentiles by nearest rank, whatever the order of the samples", () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(percentiles(samples), { p50: 50, p95: 95 });
    assert.deepEqual(percentiles([7.4]), { p50: 7, p95: 7 });
  });

  it("has no figure without samples", () => {
    assert.deepEqual(percentiles([]), { p50: 0, p95: 0 });
  });

  it("takes the middle sample, and leaves the samples as they were", () => {
    const samples = [9, 1, 5];
    assert.equal(median(samples), 5);
    assert.deepEqual(samples, [9, 1, 5]);
  });

  it("rounds to decimal places", () => {
    assert.equal(round(0.00729), 0.007);
    assert.equal(round(0.00729, 4), 0.0073);
  });
});
