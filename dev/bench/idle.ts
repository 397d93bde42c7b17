// What many APIs cost while nothing happens to them: at rest, and at a restart.
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { type WatcherProcess } from "../watcherProcess";
import { type Requests } from "./audit";
import { compileWatcher } from "./compiled";
import { Installation, WATCHER_USER, type BenchOptions } from "./installation";
import { row, type Measured, type Target } from "./measured";
import { peakMemory } from "./proc";
import { cpuSeconds, memoryByRole, rounded, total, type ByRole } from "./resources";
import { totalRequests } from "./requests";
import { untilAtRest } from "./rest";
import { seedServedApis, untilAllLookedAt, workOf } from "./seed";
import { round } from "./statistics";

/** Share of a core that a watcher at rest may use. */
const CPU = 0.01;

/** Seconds and MB within which a watcher has looked at every API after a restart. */
const RESTART = { seconds: 10, memory: 300 } as const;

interface RestartFigures {
  readonly apis: number;
  /** From the start of the process until it is ready and has looked at every API. */
  readonly seconds: number;
  readonly engine_runs: number;
  /** Of APIs and of Components. */
  readonly status_writes: number;
  /** Peak of the physical memory; null where there is no /proc. */
  readonly peak_memory_mb: number | null;
}

interface IdleFigures {
  readonly apis: number;
  readonly seconds: number;
  /** Share of one core; null where there is no /proc. */
  readonly cpu_share: number | null;
  /** Physical memory of the watcher and all that it has started, by what they do; null where there is no /proc. */
  readonly memory_mb: ByRole | null;
  readonly requests: Requests;
}

/** Measures a restart over many served APIs, and then the watcher at rest. */
export async function measureIdle(options: BenchOptions): Promise<Measured> {
  const { count, seconds } = options.quick ? { count: 50, seconds: 5 } : { count: 1000, seconds: 60 };
  return Installation.with(options, async (installation) => {
    options.say(`idle: seeding ${count} served APIs`);
    await seedServedApis(installation, count, options.say);
    const shipped = await compileWatcher(join(installation.dir, "compiled"));
    options.say("idle: restart");
    const begun = performance.now();
    const watcher = await installation.startWatcher({}, shipped).ready();
    const restart = await restarted(watcher, count, begun);
    options.say(`idle: ${seconds} s at rest`);
    return measured(restart, await idle(installation, watcher, count, seconds));
  });
}

/** Follows a watcher that was just started until it has nothing more to do. */
async function restarted(watcher: WatcherProcess, apis: number, begun: number): Promise<RestartFigures> {
  await untilAllLookedAt(watcher, apis);
  const seconds = (performance.now() - begun) / 1000;
  await untilAtRest(watcher);
  const { runs, statusWrites } = await workOf(watcher);
  const peak = peakMemory(watcher.pid);
  return {
    apis,
    seconds: round(seconds, 1),
    engine_runs: runs,
    status_writes: statusWrites,
    peak_memory_mb: peak === undefined ? null : Math.round(peak),
  };
}

async function idle(
  { audit }: Installation,
  { pid }: WatcherProcess,
  apis: number,
  seconds: number,
): Promise<IdleFigures> {
  audit.events();
  const cpuBefore = cpuSeconds(pid);
  await sleep(seconds * 1000);
  const cpuAfter = cpuSeconds(pid);
  const memory = memoryByRole(pid);
  return {
    apis,
    seconds,
    memory_mb: memory === undefined ? null : rounded(memory, 0),
    cpu_share:
      cpuBefore === undefined || cpuAfter === undefined ? null : round((cpuAfter - cpuBefore) / seconds, 4),
    requests: audit.requests(WATCHER_USER),
  };
}

function measured(restart: RestartFigures, atRest: IdleFigures): Measured {
  const requests = Object.entries(atRest.requests);
  return {
    figures: { restart, idle: atRest },
    table: [
      row("restart", `${restart.apis} APIs`),
      row("ready and all looked at, s", restart.seconds),
      row("engine runs", restart.engine_runs),
      row("status writes", restart.status_writes),
      row("peak memory, MB", restart.peak_memory_mb),
      "",
      row("idle", `${atRest.apis} APIs`),
      row(`CPU over ${atRest.seconds} s, share of a core`, atRest.cpu_share),
      row(
        "memory with all that it has started, MB",
        atRest.memory_mb === null ? null : total(atRest.memory_mb),
      ),
      row("requests", totalRequests(atRest.requests)),
      ...requests.map(([what, number]) => row(`  ${what}`, number)),
    ],
    targets: targets(restart, atRest),
  };
}

function targets(restart: RestartFigures, atRest: IdleFigures): Target[] {
  const { apis } = restart;
  return [
    {
      key: "restart_seconds",
      what: `a restart over ${apis} APIs within ${RESTART.seconds} s`,
      met: restart.seconds < RESTART.seconds,
    },
    {
      key: "restart_runs",
      what: `a restart over ${apis} APIs without an engine run or a status write`,
      met: restart.engine_runs === 0 && restart.status_writes === 0,
    },
    {
      key: "restart_memory",
      what: `a restart over ${apis} APIs in less than ${RESTART.memory} MB`,
      met: restart.peak_memory_mb !== null && restart.peak_memory_mb < RESTART.memory,
    },
    {
      key: "idle_cpu",
      what: `${apis} APIs at rest use less than ${CPU * 100} % of a core`,
      met: atRest.cpu_share !== null && atRest.cpu_share < CPU,
    },
    {
      key: "idle_requests",
      what: `${apis} APIs at rest cause no requests but watches and the lease`,
      met: Object.keys(atRest.requests).every(isUpkeep),
    },
  ];
}

/** Whether a watcher at rest may send a request, given as `VERB resource`. */
export function isUpkeep(request: string): boolean {
  return request.startsWith("WATCH ") || request.endsWith(" leases");
}
