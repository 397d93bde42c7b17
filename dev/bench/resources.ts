// What a watcher costs with everything that it has started: CPU time, memory and descriptors.
import { setInterval } from "node:timers";
import { anonymousMemoryOf, descriptorsOf, memoryOf, statOf } from "./proc";
import { processTree, roles, type Role } from "./processes";
import { round } from "./statistics";

/** A figure for each role of which there are processes. */
export type ByRole = Readonly<Partial<Record<Role, number>>>;

/**
 * CPU seconds that a process and all that it has started have used by role, those included that have ended and whose
 * parent has not. Undefined where there is no such process or no /proc.
 */
export function cpuByRole(pid: number): ByRole | undefined {
  return sumByRole(pid, (each) => statOf(each)?.cpu);
}

/** The sum of {@link cpuByRole}. */
export function cpuSeconds(pid: number): number | undefined {
  const byRole = cpuByRole(pid);
  return byRole === undefined ? undefined : total(byRole);
}

/** Physical memory of a process and all that it has started by role, in MB (10^6 bytes). */
export function memoryByRole(pid: number): ByRole | undefined {
  return sumByRole(pid, memoryOf);
}

/** The part of it that holds no file. */
export function anonymousMemoryByRole(pid: number): ByRole | undefined {
  return sumByRole(pid, anonymousMemoryOf);
}

/** Open file descriptors of a process and all that it has started by role. */
export function descriptorsByRole(pid: number): ByRole | undefined {
  return sumByRole(pid, descriptorsOf);
}

/** How many processes there are of each role. */
export function processesByRole(pid: number): ByRole | undefined {
  return sumByRole(pid, () => 1);
}

/** What was used between two readings, for each of `count`. */
export function usedBetween(before: ByRole, after: ByRole, count: number): ByRole {
  return byRole((role) => {
    const used = (after[role] ?? 0) - (before[role] ?? 0);
    return after[role] === undefined && before[role] === undefined ? undefined : used / count;
  });
}

/** Figures to so many decimal places. */
export function rounded(figures: ByRole, places: number): ByRole {
  return Object.fromEntries(Object.entries(figures).map(([role, figure]) => [role, round(figure, places)]));
}

export function total(figures: ByRole): number {
  return Object.values(figures).reduce((sum, figure) => sum + figure, 0);
}

/** Milliseconds between two looks at the memory. */
const LOOK = 500;

/** Follows the memory of a watcher and all that it has started. */
export class MemoryWatch {
  private most: ByRole | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.look();
    this.timer = setInterval(() => {
      this.look();
    }, LOOK);
  }

  /** Ends, and gives the look at which the memory was largest, in MB (10^6 bytes). */
  stop(): ByRole | undefined {
    clearInterval(this.timer);
    this.look();
    return this.most;
  }

  private look(): void {
    const now = memoryByRole(this.pid);
    if (now !== undefined && (this.most === undefined || total(now) > total(this.most))) this.most = now;
  }
}

function sumByRole(root: number, figure: (pid: number) => number | undefined): ByRole | undefined {
  const members = processTree(root);
  if (members.length === 0) return undefined;
  return byRole((role) => {
    const figures = members.filter((member) => member.role === role).map(({ pid }) => figure(pid) ?? 0);
    return figures.length === 0 ? undefined : figures.reduce((sum, each) => sum + each, 0);
  });
}

function byRole(figure: (role: Role) => number | undefined): ByRole {
  return Object.fromEntries(
    roles.flatMap((role) => {
      const value = figure(role);
      return value === undefined ? [] : [[role, value]];
    }),
  );
}
