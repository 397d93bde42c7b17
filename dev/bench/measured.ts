// What a measurement comes to: figures for programs, a table for people, and targets that are met or missed.

/** The result of one measurement. */
export interface Measured {
  /** By the stable keys of `--json`. */
  readonly figures: Readonly<Record<string, unknown>>;
  readonly table: readonly string[];
  readonly targets: readonly Target[];
}

/** One promise and whether it was kept. */
export interface Target {
  /** Key in `targets_met` of `--json`. */
  readonly key: string;
  /** The promise in words. */
  readonly what: string;
  readonly met: boolean;
}

/** All figures as `--json` prints them. */
export function toJson(measured: readonly Measured[]): string {
  const figures = measured.flatMap((each) => Object.entries(each.figures));
  const targets = measured.flatMap((each) => each.targets).map(({ key, met }) => [key, met] as const);
  return JSON.stringify(Object.fromEntries([...figures, ["targets_met", Object.fromEntries(targets)]]));
}

/** The tables, then a line for each target. */
export function toText(measured: readonly Measured[]): string {
  const tables = measured.map(({ table }) => table.join("\n"));
  const targets = measured.flatMap((each) => each.targets);
  const verdict = targets.map(({ what, met }) => `${met ? "met    " : "MISSED "} ${what}`).join("\n");
  return `${[...tables, verdict].join("\n\n")}\n`;
}

/** A row of a table: a name and up to four values. */
export function row(name: string, ...values: readonly (string | number | null)[]): string {
  return (name.padEnd(48) + values.map((value) => String(value ?? "n/a").padStart(15)).join("")).trimEnd();
}
