// What a measurement comes to: figures for programs, a table for people, and targets that are met or missed.

/** The result of one measurement. */
export interface Measured {
  /** By the stable keys of `--json`. */
  readonly figures: Readonly<Record<string, unknown>>;
  readonly table: readonly string[];
  readonly targets: readonly Target[];
  /** What must not be, a sentence for each: the benchmark then ends with exit code 1. */
  readonly problems?: readonly string[];
}

/** One promise and whether it was kept. */
export interface Target {
  /** Key in `targets_met` of `--json`. */
  readonly key: string;
  /** The promise in words. */
  readonly what: string;
  readonly met: boolean;
}

/** Problems that are told one by one. */
const SHOWN = 50;

/** All figures as `--json` prints them. */
export function toJson(measured: readonly Measured[]): string {
  const figures = measured.flatMap((each) => Object.entries(each.figures));
  const targets = measured.flatMap((each) => each.targets).map(({ key, met }) => [key, met] as const);
  return JSON.stringify(Object.fromEntries([...figures, ["targets_met", Object.fromEntries(targets)]]));
}

/** The tables, then a line for each target and each problem. */
export function toText(measured: readonly Measured[]): string {
  const tables = measured.map(({ table }) => table.join("\n"));
  const targets = measured.flatMap((each) => each.targets);
  const verdict = targets.map(({ what, met }) => `${met ? "met    " : "MISSED "} ${what}`).join("\n");
  const problems = measured.flatMap((each) => each.problems ?? []).map((problem) => `PROBLEM ${problem}`);
  const more = problems.length > SHOWN ? [`PROBLEM and ${problems.length - SHOWN} more`] : [];
  return `${[...tables, [verdict, ...problems.slice(0, SHOWN), ...more].join("\n")].join("\n\n")}\n`;
}

/** A row of a table: a name and up to four values. */
export function row(name: string, ...values: readonly (string | number | null)[]): string {
  return (name.padEnd(48) + values.map((value) => String(value ?? "n/a").padStart(15)).join("")).trimEnd();
}
