// `npm run bench`: what an API costs, beside the same work done through the Automation API as documented.
import { ensureToolchain } from "../toolchain";
import { measure, type Figures } from "./measure";
import { type Requests } from "./resources";

const OURS = "watcher/main.ts";
const PLAIN = "dev/bench/plainWatcher.ts";

/** Sizes between which the requests for each API must not grow. */
const SIZES = [10, 500] as const;

/** How many times better than the plain Automation API an API must come to its URL. */
const TARGETS = { create: 2.2, update: 3 } as const;

/** How much more the requests for each API may be at the larger size: watches that were renewed meanwhile. */
const GROWTH = 0.1;

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes("--json");
  const quick = args.includes("--quick");
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const toolchain = await ensureToolchain({ log: say });
  const workload = quick ? { oneByOne: 5, burst: 10 } : { oneByOne: 20, burst: 50 };
  const ours = await measure(toolchain, OURS, workload, say);
  const plain = await measure(toolchain, PLAIN, workload, say);
  const requests: Record<string, Requests> = {};
  if (!quick) {
    for (const size of SIZES) {
      const { requests_per_api } = await measure(toolchain, OURS, { oneByOne: 0, burst: size }, say);
      requests[size] = requests_per_api;
    }
  }
  const met = targetsMet(ours, plain, requests);
  const result = {
    ...ours,
    plain,
    ...(quick ? {} : { requests_per_api_by_size: requests }),
    targets_met: met,
  };
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : report(ours, plain, requests) + verdict(met));
}

function report(ours: Figures, plain: Figures, bySize: Readonly<Record<string, Requests>>): string {
  const rows: [string, number | null, number | null, "less" | "more"][] = [
    ["create → URL p50, ms", ours.create_to_url_ms.p50, plain.create_to_url_ms.p50, "less"],
    ["create → URL p95, ms", ours.create_to_url_ms.p95, plain.create_to_url_ms.p95, "less"],
    ["update → URL p50, ms", ours.update_to_url_ms.p50, plain.update_to_url_ms.p50, "less"],
    ["update → URL p95, ms", ours.update_to_url_ms.p95, plain.update_to_url_ms.p95, "less"],
    ["burst, APIs a second", ours.burst_per_s, plain.burst_per_s, "more"],
    ["CPU seconds an API", ours.cpu_s_per_api, plain.cpu_s_per_api, "less"],
    ["requests an API", total(ours.requests_per_api), total(plain.requests_per_api), "less"],
  ];
  const lines = [
    line("", ours.engine, plain.engine, "times better"),
    ...rows.map(([name, a, b, better]) =>
      line(name, String(a ?? "n/a"), String(b ?? "n/a"), ratio(a, b, better)),
    ),
    "",
    "requests an API, by verb and resource",
    ...verbs(ours, plain).map((what) =>
      line(
        `  ${what}`,
        String(ours.requests_per_api[what] ?? 0),
        String(plain.requests_per_api[what] ?? 0),
        "",
      ),
    ),
    ...growth(bySize),
  ];
  return `${lines.join("\n")}\n`;
}

function verbs(ours: Figures, plain: Figures): string[] {
  return [...new Set([...Object.keys(ours.requests_per_api), ...Object.keys(plain.requests_per_api)])].sort();
}

/** Whether each target is met; the requests are judged only where both sizes were measured. */
interface TargetsMet {
  readonly create: boolean;
  readonly update: boolean;
  readonly requests_constant?: boolean;
}

function targetsMet(ours: Figures, plain: Figures, bySize: Readonly<Record<string, Requests>>): TargetsMet {
  const [small, large] = SIZES.map((size) => bySize[size]);
  return {
    create: plain.create_to_url_ms.p50 / ours.create_to_url_ms.p50 >= TARGETS.create,
    update: plain.update_to_url_ms.p50 / ours.update_to_url_ms.p50 >= TARGETS.update,
    ...(small === undefined || large === undefined
      ? {}
      : { requests_constant: total(large) <= total(small) * (1 + GROWTH) }),
  };
}

function verdict(met: TargetsMet): string {
  const say = (what: string, isMet: boolean): string => `${isMet ? "met    " : "MISSED "} ${what}`;
  const lines = [
    say(`a new API at least ${TARGETS.create} times faster`, met.create),
    say(`an update at least ${TARGETS.update} times faster`, met.update),
    ...(met.requests_constant === undefined
      ? []
      : [say(`requests an API constant from ${SIZES.join(" to ")} objects`, met.requests_constant)]),
  ];
  return `\n${lines.join("\n")}\n`;
}

function growth(bySize: Readonly<Record<string, Requests>>): string[] {
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

function line(name: string, ours: string, plain: string, last: string): string {
  return `${name.padEnd(58)}${ours.padStart(10)}${plain.padStart(10)}${last.padStart(15)}`.trimEnd();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
