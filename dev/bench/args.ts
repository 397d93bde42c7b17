// The arguments of `npm run bench`.
import { parseArgs } from "node:util";

/** What can be measured, in the order in which it is. */
export const measurements = ["engine", "readiness", "idle", "memory"] as const;

export type Measurement = (typeof measurements)[number];

/** What to measure and how to tell it. */
export interface BenchArguments {
  readonly only: readonly Measurement[];
  /** Everything smaller: to see that it works, not to have figures to rely on. */
  readonly quick: boolean;
  /** All figures as one line of JSON. */
  readonly json: boolean;
}

/**
 * Reads `--only MEASUREMENT` (may be repeated; default all), `--quick` and `--json`.
 *
 * @throws Error that names the argument and what is allowed.
 */
export function parseArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const asked = values.only ?? measurements;
  for (const name of asked) {
    if (!isMeasurement(name)) {
      throw new Error(`--only: ${JSON.stringify(name)} must be one of ${measurements.join(", ")}`);
    }
  }
  return {
    only: measurements.filter((name) => asked.includes(name)),
    quick: values.quick,
    json: values.json,
  };
}

function isMeasurement(name: string): name is Measurement {
  return (measurements as readonly string[]).includes(name);
}
