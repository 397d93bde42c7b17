// Figures from samples.

/** Half of the samples were at most p50, nineteen of twenty at most p95; in the unit of the samples. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** Percentiles by nearest rank, rounded to whole units; 0 where there is no sample. */
export function percentiles(samples: readonly number[]): Percentiles {
  return { p50: Math.round(percentile(samples, 0.5)), p95: Math.round(percentile(samples, 0.95)) };
}

/** The middle sample by nearest rank; 0 where there is none. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** A value to so many decimal places. */
export function round(value: number, places = 3): number {
  const scale = 10 ** places;
  return Math.round(value * scale) / scale;
}
