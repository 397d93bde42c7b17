// What a process costs: CPU time and memory as the kernel counts them.
import { readFileSync } from "node:fs";

/** Kernel clock ticks a second; fixed at 100 on every Linux platform Node.js supports. */
const TICKS = 100;

/**
 * CPU seconds a process and the children it has waited for have used, or undefined where there is no /proc.
 */
export function cpuSeconds(pid: number): number | undefined {
  const stat = readProc(pid, "stat");
  if (stat === undefined) return undefined;
  // After the command name in parentheses: utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

/** The most physical memory a process has had at a time, in MB (10^6 bytes), or undefined where there is no /proc. */
export function peakMemory(pid: number): number | undefined {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(pid, "status") ?? "")?.[1];
  return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
