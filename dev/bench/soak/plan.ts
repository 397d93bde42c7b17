// Which runs a soak performs: chosen at random, and the same ones for the same seed.

/** How a run is made to fail. */
export const faults = ["refused", "throws"] as const;

/** `refused`: the API server refuses an object. `throws`: the program throws. */
export type Fault = (typeof faults)[number];

/** What a run does to its stack. */
export const works = ["create", "update", "unchanged", "delete"] as const;

export type Work = (typeof works)[number];

/** What the last run of a stack that succeeded has declared. */
export interface Declared {
  /** Decides the path of the route. */
  readonly version: number;
  /** Whether there is a ServiceMonitor beside the route. */
  readonly metrics: boolean;
}

/** One run. */
export interface PlannedRun {
  readonly work: Work;
  /** What it declares; nothing where it deletes. */
  readonly declares?: Declared;
  readonly fault?: Fault;
}

/** A number from 0 to 1, 1 excluded. */
export type Random = () => number;

/** Share of the runs that are made to fail. */
const FAULTS = 0.05;

/** Shares of what is done to a stack that has declared something; the rest are deletions. */
const UPDATES = 0.4;
const UNCHANGED = 0.3;

/** Share of new declarations with a ServiceMonitor. */
const METRICS = 0.4;

/** The next run of a stack. */
export function nextRun(random: Random, declared: Declared | undefined): PlannedRun {
  if (random() < FAULTS) {
    const fault = faults[Math.floor(random() * faults.length)] ?? "throws";
    return {
      work: declared === undefined ? "create" : "update",
      declares: { version: (declared?.version ?? 0) + 1, metrics: declared?.metrics ?? false },
      fault,
    };
  }
  if (declared === undefined) {
    return { work: "create", declares: { version: 1, metrics: random() < METRICS } };
  }
  const choice = random();
  if (choice < UPDATES) {
    return { work: "update", declares: { version: declared.version + 1, metrics: random() < METRICS } };
  }
  return choice < UPDATES + UNCHANGED ? { work: "unchanged", declares: declared } : { work: "delete" };
}

/** A generator of random numbers (mulberry32) that gives the same ones for the same seed. */
export function randomNumbers(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
