// The arguments of `npm run bench`.
import { parseArgs } from "node:util";

/** What is measured where nothing is asked for, in this order. */
const usual = ["engine", "readiness", "idle", "memory"] as const;

/** What can be measured, in the order in which it is. */
export const measurements = [...usual, "soak"] as const;

export type Measurement = (typeof measurements)[number];

/** What to measure and how to tell it. */
export interface BenchArguments {
  readonly only: readonly Measurement[];
  /** Everything smaller: to see that it works, not to have figures to rely on. */
  readonly quick: boolean;
  /** All figures as one line of JSON. */
  readonly json: boolean;
  /** Runs of a soak; undefined leaves it to the measurement. */
  readonly runs?: number;
}

/**
 * Reads `--only MEASUREMENT` (may be repeated; default all but the soak), `--runs NUMBER`, `--quick` and `--json`.
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
      runs: { type: "string" },
    },
  });
  const asked: readonly string[] = values.only ?? usual;
  for (const name of asked) {
    if (!isMeasurement(name)) {
      throw new Error(`--only: ${JSON.stringify(name)} must be one of ${measurements.join(", ")}`);
    }
  }
  const runs = readRuns(values.runs, asked.includes("soak"));
  return {
    only: measurements.filter((name) => asked.includes(name)),
    quick: values.quick,
    json: values.json,
    ...(runs !== undefined && { runs }),
  };
}

function readRuns(text: string | undefined, isUsed: boolean): number | undefined {
  if (text === undefined) return undefined;
  if (!isUsed) throw new Error("--runs needs --only soak");
  if (!/^[1-9]\d{0,6}$/.test(text)) {
    throw new Error(`--runs: ${JSON.stringify(text)} must be a whole number from 1 to 9999999`);
  }
  return Number(text);
}

function isMeasurement(name: string): name is Measurement {
  return (measurements as readonly string[]).includes(name);
}
