// Whether memory stays as it is however often readiness changes.
import { until } from "../until";
import { type WatcherProcess } from "../watcherProcess";
import { BenchApis } from "./apis";
import { Installation, type BenchOptions } from "./installation";
import { row, type Measured } from "./measured";
import { seedServedApis } from "./seed";
import { BenchServices } from "./services";
import { median, round } from "./statistics";

const SCRIPT = "dev/bench/heapWatcher.ts";

/** Looks at the heap, spread over the rounds; a quarter of them makes a median that one odd look does not move. */
const LOOKS = 40;

/**
 * MB by which the median of the last quarter may exceed that of the first. Looks differ by up to 1.5 MB without a trend.
 * Between the middles of the two quarters lie 15,000 of 20,000 flips, so that a leak of 133 bytes at each, a tenth of
 * the conditions of one status, is found.
 */
const GROWTH = 2;

/** Measures the heap after garbage collection while all endpoints become ready and not ready, again and again. */
export async function measureMemory(options: BenchOptions): Promise<Measured> {
  const { services, rounds } = options.quick ? { services: 10, rounds: 40 } : { services: 50, rounds: 400 };
  return Installation.with(options, async (installation) => {
    options.say(`memory: seeding ${services} served APIs`);
    const names = await seedServedApis(installation, services, options.say);
    const watcher = await installation.startWatcher({}, SCRIPT).ready();
    const apis = await BenchApis.start(installation.kubeConfig);
    try {
      options.say(`memory: ${services * rounds} flips`);
      const begun = performance.now();
      const heaps: number[] = [];
      const endpoints = new BenchServices(installation.clients);
      for (let index = 0; index < rounds; index += 1) {
        const ready = index % 2 === 1;
        await Promise.all(names.map((name) => flip(apis, endpoints, name, ready)));
        if ((index + 1) % (rounds / LOOKS) === 0) heaps.push(await heapOf(watcher));
      }
      return measured(services * rounds, heaps, performance.now() - begun, await watcher.runs());
    } finally {
      apis.stop();
    }
  });
}

async function flip(apis: BenchApis, services: BenchServices, name: string, ready: boolean): Promise<void> {
  const seen = apis.readiness(name, ready);
  await services.setReady(name, ready);
  await seen;
}

/** Bytes of the heap after a garbage collection. */
async function heapOf({ log, pid }: WatcherProcess): Promise<number> {
  const looks = log.filter(({ msg }) => msg === "heap").length;
  process.kill(pid, "SIGUSR2");
  const look = await until("the heap is measured", () => log.filter(({ msg }) => msg === "heap")[looks]);
  return Number(look["heapUsed"]);
}

/** The medians of the first and the last quarter of the looks, in MB (10^6 bytes). */
export function quarters(heaps: readonly number[]): { readonly first: number; readonly last: number } {
  const size = Math.ceil(heaps.length / 4);
  return { first: median(heaps.slice(0, size)) / 1e6, last: median(heaps.slice(-size)) / 1e6 };
}

function measured(flips: number, heaps: readonly number[], elapsed: number, runs: number): Measured {
  const { first, last } = quarters(heaps);
  const figures = {
    flips,
    flips_per_s: Math.round(flips / (elapsed / 1000)),
    engine_runs: runs,
    heap_mb_first_quarter: round(first, 1),
    heap_mb_last_quarter: round(last, 1),
    heap_mb: heaps.map((heap) => round(heap / 1e6, 1)),
  };
  return {
    figures: { memory: figures },
    table: [
      row("memory", `${flips} flips`),
      row("heap, first quarter, MB", figures.heap_mb_first_quarter),
      row("heap, last quarter, MB", figures.heap_mb_last_quarter),
      row("flips a second", figures.flips_per_s),
      row("engine runs", figures.engine_runs),
    ],
    targets: [
      {
        key: "memory_flat",
        what: `the heap grows by no more than ${GROWTH} MB over ${flips} flips`,
        met: last - first <= GROWTH,
      },
    ],
  };
}
