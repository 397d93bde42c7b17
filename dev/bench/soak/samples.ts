// Whether processes that serve many runs stay as large as they are: looks at them while a soak goes on.
import { type Role } from "../processes";
import { descriptorsByRole, anonymousMemoryByRole, processesByRole, type ByRole } from "../resources";
import { median, round } from "../statistics";

/** Whose size is followed. */
export const followed = ["workers", "engine", "providers"] as const satisfies readonly Role[];

/** What all processes of each role had together at one moment. */
export interface Sample {
  /** Runs so far. */
  readonly runs: number;
  /** Memory that holds no file, in MB (10^6 bytes). */
  readonly memory: ByRole;
  /** Open file descriptors. */
  readonly descriptors: ByRole;
  readonly processes: ByRole;
}

/** What is followed. */
export type Figure = "memory" | "descriptors" | "processes";

/** What the first and the last quarter of the samples have to be alike in. */
export interface Growth {
  readonly first: number;
  readonly last: number;
  /** The largest of all samples. */
  readonly most: number;
}

/** The size of a process and all that it has started; undefined where there is no /proc. */
export function sampleOf(pid: number, runs: number): Sample | undefined {
  const memory = anonymousMemoryByRole(pid);
  const descriptors = descriptorsByRole(pid);
  const processes = processesByRole(pid);
  return memory === undefined || descriptors === undefined || processes === undefined
    ? undefined
    : { runs, memory, descriptors, processes };
}

/** The medians of the first and of the last quarter. Samples in which there was no such process are left out. */
export function growthOf(samples: readonly Sample[], figure: Figure, role: Role): Growth {
  const figures = samples.flatMap((sample) => sample[figure][role] ?? []);
  const size = Math.ceil(figures.length / 4);
  return {
    first: round(median(figures.slice(0, size)), 1),
    last: round(median(figures.slice(-size)), 1),
    most: round(Math.max(0, ...figures), 1),
  };
}
