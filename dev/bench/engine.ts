// What an API costs with each engine, beside the same work done through the Automation API as documented.
import { join } from "node:path";
import { type Requests } from "./audit";
import { compileWatcher } from "./compiled";
import {
  engineFigures,
  type Contender,
  type EngineFigures,
  type Engines,
  type Workload,
} from "./engineFigures";
import { engineTable } from "./engineTable";
import { Installation, type BenchOptions } from "./installation";
import { type Measured, type Target } from "./measured";
import { totalRequests } from "./requests";

const PLAIN = "dev/bench/plainWatcher.ts";

/** Sizes between which the requests for each API must not grow. */
const SIZES = [10, 500] as const;

/** How much more the requests for each API may be at the larger size: watches that were renewed meanwhile. */
const GROWTH = 0.1;

/** How many times sooner the CLI engine must bring an API to its URL than the plain Automation API. */
const CLI = { create: 2.2, update: 3 } as const;

/**
 * What is promised of the warm engine: how many times sooner than the CLI engine it brings a new API to its URL, how many
 * milliseconds half of them take, how many it serves a second, and how many CPU seconds each costs.
 */
const WARM = { create: 10, milliseconds: 100, perSecond: 20, cpu: 0.1 } as const;

/** Numbers of APIs that make figures to rely on, and such as only show that it works. */
const WORKLOADS = {
  full: {
    warm: { oneByOne: 50, burst: 200 },
    cli: { oneByOne: 20, burst: 50 },
    plain: { oneByOne: 10, burst: 20 },
  },
  quick: {
    warm: { oneByOne: 10, burst: 40 },
    cli: { oneByOne: 5, burst: 10 },
    plain: { oneByOne: 3, burst: 4 },
  },
} as const;

/**
 * Measures the engines one after the other on one API server. The growth of requests is left out of a quick measurement.
 */
export async function measureEngine(options: BenchOptions): Promise<Measured> {
  const { quick, toolchain, say } = options;
  const workloads = WORKLOADS[quick ? "quick" : "full"];
  const warmToo = toolchain.warmEngine !== undefined;
  if (!warmToo) say("engine: the warm engine is not installed, and not measured");
  return Installation.with(options, async (installation) => {
    const shipped = await compileWatcher(join(installation.dir, "compiled"));
    const measure = (contender: Contender): Promise<EngineFigures> =>
      engineFigures(installation, say, contender);
    const ours = (engine: "warm" | "cli", workload: Workload): Contender => ({
      engine,
      script: shipped,
      env: { ODA_ENGINE: engine },
      workload,
    });
    const warm = warmToo ? await measure(ours("warm", workloads.warm)) : undefined;
    const cli = await measure(ours("cli", workloads.cli));
    const plain = await measure({ engine: "plain", script: PLAIN, workload: workloads.plain });
    const bySize: Record<string, Requests> = {};
    for (const burst of quick ? [] : SIZES) {
      const size = ours(warmToo ? "warm" : "cli", { oneByOne: 0, burst });
      bySize[burst] = (await measure(size)).requests_per_api;
    }
    const engines = { ...(warm !== undefined && { warm }), cli, plain };
    return {
      // Those of the engine that is chosen where none is asked for stand at the top.
      figures: { ...(warm ?? cli), cli, plain, ...(quick ? {} : { requests_per_api_by_size: bySize }) },
      table: engineTable(engines, bySize),
      targets: [...targets(engines), ...requestTargets(bySize)],
    };
  });
}

/** Promises of the warm engine are judged only where it was measured. */
export function targets({ warm, cli, plain }: Engines): Target[] {
  return [
    {
      key: "create",
      what: `CLI engine: a new API at least ${CLI.create} times sooner than plain`,
      met: plain.create_to_url_ms.p50 / cli.create_to_url_ms.p50 >= CLI.create,
    },
    {
      key: "update",
      what: `CLI engine: an update at least ${CLI.update} times sooner than plain`,
      met: plain.update_to_url_ms.p50 / cli.update_to_url_ms.p50 >= CLI.update,
    },
    ...(warm === undefined ? [] : warmTargets(warm, cli)),
  ];
}

function warmTargets(warm: EngineFigures, cli: EngineFigures): Target[] {
  return [
    {
      key: "warm_create",
      what: `warm engine: a new API at least ${WARM.create} times sooner than with the CLI engine`,
      met: cli.create_to_url_ms.p50 / warm.create_to_url_ms.p50 >= WARM.create,
    },
    {
      key: "warm_create_ms",
      what: `warm engine: half of the new APIs have their URL within ${WARM.milliseconds} ms`,
      met: warm.create_to_url_ms.p50 < WARM.milliseconds,
    },
    {
      key: "warm_burst",
      what: `warm engine: ${WARM.perSecond} new APIs a second`,
      met: warm.burst_per_s >= WARM.perSecond,
    },
    {
      key: "warm_cpu",
      what: `warm engine: a new API costs less than ${WARM.cpu} CPU seconds of the watcher and all that it has started`,
      met: warm.cpu_s_per_api !== null && warm.cpu_s_per_api < WARM.cpu,
    },
  ];
}

/** The growth of requests is judged only where both sizes were measured. */
function requestTargets(bySize: Readonly<Record<string, Requests>>): Target[] {
  const [small, large] = SIZES.map((size) => bySize[size]);
  if (small === undefined || large === undefined) return [];
  return [
    {
      key: "requests_constant",
      what: `requests an API constant from ${SIZES.join(" to ")} objects`,
      met: totalRequests(large) <= totalRequests(small) * (1 + GROWTH),
    },
  ];
}
