// What the kernel tells of one process: files of /proc, as proc(5) describes them.
import { readdirSync, readFileSync } from "node:fs";

/** Kernel clock ticks a second; fixed at 100 on every Linux platform Node.js supports. */
const TICKS = 100;

/** The part of /proc/PID/stat that is used here. */
export interface ProcessStat {
  readonly parent: number;
  /** CPU seconds of the process itself and of the children it has waited for. */
  readonly cpu: number;
}

/** The state of a process; undefined where there is no such process or no /proc. */
export function statOf(pid: number): ProcessStat | undefined {
  const stat = readProc(pid, "stat");
  if (stat === undefined) return undefined;
  // After the command name in parentheses: ppid is field 4; utime, stime, cutime and cstime are fields 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  return { parent: Number(fields[1]), cpu: ticks / TICKS };
}

/** The most physical memory a process has had at a time, in MB (10^6 bytes), or undefined where there is no /proc. */
export function peakMemory(pid: number): number | undefined {
  return megabytes(readProc(pid, "status"), /^VmHWM:\s+(\d+) kB$/m);
}

/**
 * Physical memory of a process in MB (10^6 bytes), of what it shares with others its part only (the proportional set
 * size), so that the memory of several may be added up. Undefined where that cannot be read.
 */
export function memoryOf(pid: number): number | undefined {
  return megabytes(readProc(pid, "smaps_rollup"), /^Pss:\s+(\d+) kB$/m);
}

/**
 * Physical memory of a process in MB (10^6 bytes) that holds no file and is shared with none: what leaks is in there.
 * Undefined where that cannot be read.
 */
export function anonymousMemoryOf(pid: number): number | undefined {
  return megabytes(readProc(pid, "status"), /^RssAnon:\s+(\d+) kB$/m);
}

/** Open file descriptors of a process, or undefined where that cannot be read. */
export function descriptorsOf(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** A file of a process; undefined where there is no such process or no /proc. */
export function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}

function megabytes(text: string | undefined, line: RegExp): number | undefined {
  const kibibytes = line.exec(text ?? "")?.[1];
  return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
}
