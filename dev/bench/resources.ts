// What a benchmark costs: CPU time from the kernel, requests from the API server's audit log.
import { readFileSync } from "node:fs";

/** Kernel clock ticks a second; fixed at 100 on every Linux platform Node.js supports. */
const TICKS = 100;

/**
 * CPU seconds a process and the children it has waited for have used, or undefined where there is no /proc.
 */
export function cpuSeconds(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // After the command name in parentheses: utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
}

/** Requests by `VERB resource`. */
export type Requests = Readonly<Record<string, number>>;

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

/** Reads what was added to an audit log since the last reading. */
export class AuditReader {
  private read = 0;

  constructor(
    private readonly file: string,
    private readonly user: string,
  ) {}

  /** Requests of the user that ended since the last call. */
  requests(): Requests {
    const text = readFileSync(this.file, "utf8");
    const complete = text.lastIndexOf("\n") + 1;
    const lines = text.slice(this.read, complete).split("\n");
    this.read = complete;
    const counts: Record<string, number> = {};
    for (const line of lines) {
      if (line === "") continue;
      const event = JSON.parse(line) as AuditEvent;
      if (event.stage !== "ResponseComplete" || event.user?.username !== this.user) continue;
      const what = `${event.verb.toUpperCase()} ${resourceOf(event)}`;
      counts[what] = (counts[what] ?? 0) + 1;
    }
    return counts;
  }
}

function resourceOf({ objectRef, requestURI }: AuditEvent): string {
  if (objectRef?.resource === undefined) return requestURI.split("?")[0] ?? requestURI;
  return objectRef.subresource === undefined
    ? objectRef.resource
    : `${objectRef.resource}/${objectRef.subresource}`;
}
