// What an API costs, beside the same work done through the Automation API as documented.
import { type Requests } from "./audit";
import { engineFigures, type EngineFigures } from "./engineFigures";
import { type BenchOptions } from "./installation";
import { row, type Measured, type Target } from "./measured";

const OURS = "watcher/main.ts";
const PLAIN = "dev/bench/plainWatcher.ts";

/** Sizes between which the requests for each API must not grow. */
const SIZES = [10, 500] as const;

/** How many times better than the plain Automation API an API must come to its URL. */
const TARGETS = { create: 2.2, update: 3 } as const;

/** How much more the requests for each API may be at the larger size: watches that were renewed meanwhile. */
const GROWTH = 0.1;

type BySize = Readonly<Record<string, Requests>>;

/** Measures both engines one after the other. The growth of requests is left out of a quick measurement. */
export async function measureEngine(options: BenchOptions): Promise<Measured> {
  const { quick } = options;
  const workload = quick ? { oneByOne: 5, burst: 10 } : { oneByOne: 20, burst: 50 };
  const ours = await engineFigures(options, OURS, workload);
  const plain = await engineFigures(options, PLAIN, workload);
  const requests: Record<string, Requests> = {};
  for (const size of quick ? [] : SIZES) {
    const { requests_per_api } = await engineFigures(options, OURS, { oneByOne: 0, burst: size });
    requests[size] = requests_per_api;
  }
  return {
    figures: { ...ours, plain, ...(quick ? {} : { requests_per_api_by_size: requests }) },
    table: table(ours, plain, requests),
    targets: targets(ours, plain, requests),
  };
}

function table(ours: EngineFigures, plain: EngineFigures, bySize: BySize): string[] {
  const rows: [string, number | null, number | null, "less" | "more"][] = [
    ["create → URL p50, ms", ours.create_to_url_ms.p50, plain.create_to_url_ms.p50, "less"],
    ["create → URL p95, ms", ours.create_to_url_ms.p95, plain.create_to_url_ms.p95, "less"],
    ["update → URL p50, ms", ours.update_to_url_ms.p50, plain.update_to_url_ms.p50, "less"],
    ["update → URL p95, ms", ours.update_to_url_ms.p95, plain.update_to_url_ms.p95, "less"],
    ["burst, APIs a second", ours.burst_per_s, plain.burst_per_s, "more"],
    ["CPU seconds an API", ours.cpu_s_per_api, plain.cpu_s_per_api, "less"],
    ["requests an API", total(ours.requests_per_api), total(plain.requests_per_api), "less"],
  ];
  return [
    row("engine", ours.engine, plain.engine, "times better"),
    ...rows.map(([name, a, b, better]) => row(name, a, b, ratio(a, b, better))),
    "",
    "requests an API, by verb and resource",
    ...verbs(ours, plain).map((what) =>
      row(`  ${what}`, ours.requests_per_api[what] ?? 0, plain.requests_per_api[what] ?? 0),
    ),
    ...growth(bySize),
  ];
}

function verbs(ours: EngineFigures, plain: EngineFigures): string[] {
  return [...new Set([...Object.keys(ours.requests_per_api), ...Object.keys(plain.requests_per_api)])].sort();
}

/** The growth of requests is judged only where both sizes were measured. */
function targets(ours: EngineFigures, plain: EngineFigures, bySize: BySize): Target[] {
  const [small, large] = SIZES.map((size) => bySize[size]);
  const constant =
    small === undefined || large === undefined ? undefined : total(large) <= total(small) * (1 + GROWTH);
  return [
    {
      key: "create",
      what: `a new API at least ${TARGETS.create} times faster`,
      met: plain.create_to_url_ms.p50 / ours.create_to_url_ms.p50 >= TARGETS.create,
    },
    {
      key: "update",
      what: `an update at least ${TARGETS.update} times faster`,
      met: plain.update_to_url_ms.p50 / ours.update_to_url_ms.p50 >= TARGETS.update,
    },
    ...(constant === undefined
      ? []
      : [
          {
            key: "requests_constant",
            what: `requests an API constant from ${SIZES.join(" to ")} objects`,
            met: constant,
          },
        ]),
  ];
}

function growth(bySize: BySize): string[] {
  const totals = Object.entries(bySize).map(([size, requests]) => `${total(requests)} with ${size} objects`);
  return totals.length === 0 ? [] : ["", `requests an API: ${totals.join(", ")}`];
}

function total(requests: Requests): number {
  return Math.round(Object.values(requests).reduce((sum, number) => sum + number, 0) * 100) / 100;
}

function ratio(ours: number | null, plain: number | null, better: "less" | "more"): string {
  if (ours === null || plain === null) return "";
  return (better === "less" ? plain / ours : ours / plain).toFixed(1);
}
