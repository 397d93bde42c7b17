// One engine's figures: how soon an API has its URL, how many a second, and at which cost.
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../until";
import { type WatcherProcess } from "../watcherProcess";
import { BenchApis } from "./apis";
import { type Requests } from "./audit";
import { Installation, WATCHER_USER, type BenchOptions } from "./installation";
import { cpuSeconds } from "./resources";
import { percentiles, round, type Percentiles } from "./statistics";

/** What to measure, in numbers of APIs. */
export interface Workload {
  /** Created and then changed one at a time. */
  readonly oneByOne: number;
  /** Created at the rate of {@link BURST_RATE}. */
  readonly burst: number;
}

/** APIs created a second in a burst. */
export const BURST_RATE = 50;

/** The figures of one engine. */
export interface EngineFigures {
  readonly engine: string;
  /** From the request that creates an API to its URL in its status. */
  readonly create_to_url_ms: Percentiles;
  /** From the request that moves an API to its new URL in its status. */
  readonly update_to_url_ms: Percentiles;
  /** APIs served a second, from the first request of a burst to the last URL. */
  readonly burst_per_s: number;
  /** CPU seconds of the watcher and its children for each API of the burst; null where there is no /proc. */
  readonly cpu_s_per_api: number | null;
  /** Requests to the API server for each API of the burst, the watcher's and its children's. */
  readonly requests_per_api: Requests;
}

/** Measures the engine of a watcher script on an installation of its own. */
export async function engineFigures(
  options: BenchOptions,
  script: string,
  workload: Workload,
): Promise<EngineFigures> {
  return Installation.with(options, async (installation) => {
    const watcher = await installation.startWatcher({}, script).ready();
    const engine = await engineName(watcher);
    const apis = await BenchApis.start(installation.kubeConfig);
    try {
      options.say(`${engine}: ${workload.oneByOne} APIs one at a time`);
      const oneByOne = await runOneByOne(apis, workload.oneByOne);
      options.say(`${engine}: ${workload.burst} APIs at ${BURST_RATE} a second`);
      return { engine, ...oneByOne, ...(await runBurst(apis, workload.burst, watcher, installation)) };
    } finally {
      apis.stop();
    }
  });
}

async function runOneByOne(
  apis: BenchApis,
  count: number,
): Promise<Pick<EngineFigures, "create_to_url_ms" | "update_to_url_ms">> {
  const creates: number[] = [];
  const updates: number[] = [];
  // The first run fills the caches of the machine and is not counted.
  for (let index = -1; index < count; index += 1) {
    const name = `single-${index + 1}`;
    const create = await timed(() => apis.create(name));
    const update = await timed(() => apis.move(name, `/${name}/v2`));
    if (index < 0) continue;
    creates.push(create);
    updates.push(update);
  }
  return { create_to_url_ms: percentiles(creates), update_to_url_ms: percentiles(updates) };
}

async function runBurst(
  apis: BenchApis,
  count: number,
  watcher: WatcherProcess,
  { audit }: Installation,
): Promise<Pick<EngineFigures, "burst_per_s" | "cpu_s_per_api" | "requests_per_api">> {
  audit.events();
  const cpuBefore = cpuSeconds(watcher.pid);
  const elapsed = await timed(async () => {
    const begun = performance.now();
    const served: Promise<void>[] = [];
    for (let index = 0; index < count; index += 1) {
      const due = begun + (index * 1000) / BURST_RATE;
      await sleep(Math.max(0, due - performance.now()));
      served.push(apis.create(`burst-${index}`));
    }
    await Promise.all(served);
  });
  const cpuAfter = cpuSeconds(watcher.pid);
  const requests = Object.entries(audit.requests(WATCHER_USER))
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([what, number]) => [what, round(number / count)]);
  return {
    burst_per_s: round(count / (elapsed / 1000)),
    cpu_s_per_api:
      cpuBefore === undefined || cpuAfter === undefined ? null : round((cpuAfter - cpuBefore) / count),
    requests_per_api: Object.fromEntries(requests) as Requests,
  };
}

async function engineName(watcher: WatcherProcess): Promise<string> {
  return until("the metrics name the engine", async () => {
    const text = await (await fetch(`${watcher.url}/metrics`)).text();
    return /oda_build_info\{.*engine="(\w+)"/.exec(text)?.[1];
  });
}

async function timed(task: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await task();
  return performance.now() - begun;
}
