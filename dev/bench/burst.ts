// Many new APIs at once: how many a second have their URL, and what each costs whom.
import { setTimeout as sleep } from "node:timers/promises";
import { type WatcherProcess } from "../watcherProcess";
import { type BenchApis } from "./apis";
import { type Requests } from "./audit";
import { WATCHER_USER, type Installation } from "./installation";
import { statOf } from "./proc";
import { programsBelow } from "./processes";
import { cpuByRole, MemoryWatch, rounded, total, usedBetween, type ByRole } from "./resources";
import { round } from "./statistics";
import { timed } from "./timed";

/** APIs created a second in a burst. */
export const BURST_RATE = 50;

/** The figures of a burst. CPU and memory are null where there is no /proc. */
export interface BurstFigures {
  /** APIs of the burst. */
  readonly burst: number;
  /** APIs served a second, from the first request of a burst to the last URL. */
  readonly burst_per_s: number;
  /** APIs removed a second, from the first request to the last object that is gone. */
  readonly burst_delete_per_s: number;
  /** CPU seconds of the watcher and all that it has started for each new API, those included that have ended. */
  readonly cpu_s_per_api: number | null;
  /** The same by what the processes do. What has ended counts for the process that had started it. */
  readonly cpu_s_per_api_by_role: ByRole | null;
  /** CPU seconds of etcd and the API server for each new API. */
  readonly cluster_cpu_s_per_api: number | null;
  /** CPU seconds of the benchmark itself for each new API: it shares the machine with what it measures. */
  readonly bench_cpu_s_per_api: number;
  /** The most physical memory at a time during the burst, by what the processes do, in MB (10^6 bytes). */
  readonly memory_mb: ByRole | null;
  /** Requests to the API server for each new API, the watcher's and its children's. */
  readonly requests_per_api: Requests;
}

/** Creates so many APIs and then deletes them. */
export async function measureBurst(
  apis: BenchApis,
  count: number,
  watcher: WatcherProcess,
  { audit }: Installation,
): Promise<BurstFigures> {
  const names = Array.from({ length: count }, (_, index) => `burst-${index}`);
  audit.events();
  const memory = new MemoryWatch(watcher.pid);
  const before = cpuNow(watcher);
  const elapsed = await timed(() => paced(names, (name) => apis.create(name)));
  const after = cpuNow(watcher);
  const most = memory.stop();
  const requests = audit.requests(WATCHER_USER);
  const removal = await timed(() => paced(names, (name) => apis.delete(name)));
  const cpu =
    before.watcher === undefined || after.watcher === undefined
      ? undefined
      : usedBetween(before.watcher, after.watcher, count);
  return {
    burst: count,
    burst_per_s: round(count / (elapsed / 1000)),
    burst_delete_per_s: round(count / (removal / 1000)),
    cpu_s_per_api: cpu === undefined ? null : round(total(cpu)),
    cpu_s_per_api_by_role: cpu === undefined ? null : rounded(cpu, 4),
    cluster_cpu_s_per_api: cpu === undefined ? null : round((after.cluster - before.cluster) / count),
    bench_cpu_s_per_api: round((after.bench - before.bench) / count),
    memory_mb: most === undefined ? null : rounded(most, 0),
    requests_per_api: perApi(requests, count),
  };
}

/** Does something with each name at the rate of {@link BURST_RATE}; resolves when all of it is done. */
async function paced(names: readonly string[], task: (name: string) => Promise<void>): Promise<void> {
  const begun = performance.now();
  const done: Promise<void>[] = [];
  for (const [index, name] of names.entries()) {
    const due = begun + (index * 1000) / BURST_RATE;
    await sleep(Math.max(0, due - performance.now()));
    done.push(task(name));
  }
  await Promise.all(done);
}

/** CPU seconds so far. */
function cpuNow({ pid }: WatcherProcess): {
  readonly watcher: ByRole | undefined;
  readonly cluster: number;
  readonly bench: number;
} {
  const { user, system } = process.cpuUsage();
  const servers = programsBelow(process.pid, ["etcd", "kube-apiserver"]);
  return {
    watcher: cpuByRole(pid),
    cluster: servers.reduce((sum, server) => sum + (statOf(server)?.cpu ?? 0), 0),
    bench: (user + system) / 1e6,
  };
}

function perApi(requests: Requests, count: number): Requests {
  return Object.fromEntries(
    Object.entries(requests)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([what, number]) => [what, round(number / count)]),
  );
}
