// One benchmark of one engine: a watcher on a fresh control plane.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startControlPlane } from "../controlPlane";
import { type Toolchain } from "../toolchain";
import { until } from "../until";
import { WatcherProcess } from "../watcherProcess";
import { BenchApis } from "./apis";
import { AuditReader, cpuSeconds, type Requests } from "./resources";

/** What to measure, in numbers of APIs. */
export interface Workload {
  /** Created and then changed one at a time. */
  readonly oneByOne: number;
  /** Created at the rate of {@link BURST_RATE}. */
  readonly burst: number;
}

/** APIs created a second in a burst. */
export const BURST_RATE = 50;

/** Half of the runs took at most p50, nineteen of twenty at most p95; milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** The figures of one engine. */
export interface Figures {
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

/** Measures the engine of a watcher script on a control plane of its own. */
export async function measure(
  toolchain: Toolchain,
  script: string,
  workload: Workload,
  say: (line: string) => void,
): Promise<Figures> {
  const controlPlane = await startControlPlane({ toolchain, audit: true });
  const stateDir = mkdtempSync(join(tmpdir(), "oda-api-bench-"));
  let watcher: WatcherProcess | undefined;
  let apis: BenchApis | undefined;
  try {
    const kubeconfig = await controlPlane.kubeconfigFor("watcher");
    const env = {
      KUBECONFIG: kubeconfig,
      ODA_STATE_DIR: stateDir,
      APIOPERATORISTIO_PUBLICHOSTNAME: "apis.example.org",
    };
    watcher = await WatcherProcess.start(toolchain, env, script).ready();
    const engine = await engineName(watcher);
    apis = await BenchApis.start(controlPlane.kubeconfig);
    const audit = new AuditReader(controlPlane.auditLog ?? "", "watcher");
    say(`${engine}: ${workload.oneByOne} APIs one at a time`);
    const oneByOne = await runOneByOne(apis, workload.oneByOne);
    say(`${engine}: ${workload.burst} APIs at ${BURST_RATE} a second`);
    const burst = await runBurst(apis, workload.burst, watcher, audit);
    return { engine, ...oneByOne, ...burst };
  } finally {
    apis?.stop();
    await watcher?.stop();
    await controlPlane.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function runOneByOne(
  apis: BenchApis,
  count: number,
): Promise<Pick<Figures, "create_to_url_ms" | "update_to_url_ms">> {
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
  audit: AuditReader,
): Promise<Pick<Figures, "burst_per_s" | "cpu_s_per_api" | "requests_per_api">> {
  audit.requests();
  const cpuBefore = cpuSeconds(watcher.pid);
  const elapsed = await timed(async () => {
    const begun = performance.now();
    const served: Promise<void>[] = [];
    for (let index = 0; index < count; index += 1) {
      const due = begun + (index * 1000) / BURST_RATE;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      served.push(apis.create(`burst-${index}`));
    }
    await Promise.all(served);
  });
  const cpuAfter = cpuSeconds(watcher.pid);
  const requests = Object.entries(audit.requests())
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

function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { p50: at(0.5), p95: at(0.95) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
