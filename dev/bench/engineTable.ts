// The figures of the engines beside each other, for people.
import { type Requests } from "./audit";
import { type EngineFigures, type Engines } from "./engineFigures";
import { row } from "./measured";
import { roles } from "./processes";
import { total, type ByRole } from "./resources";
import { totalRequests } from "./requests";

type Figure = number | null;
type Value = (figures: EngineFigures) => Figure;

/** Name, figure, and which is better. */
const ROWS: readonly (readonly [string, Value, "less" | "more"])[] = [
  ["first create → URL, ms", (of) => of.first_create_to_url_ms, "less"],
  ["create → URL p50, ms", (of) => of.create_to_url_ms.p50, "less"],
  ["create → URL p95, ms", (of) => of.create_to_url_ms.p95, "less"],
  ["update → URL p50, ms", (of) => of.update_to_url_ms.p50, "less"],
  ["update → URL p95, ms", (of) => of.update_to_url_ms.p95, "less"],
  ["delete → gone p50, ms", (of) => of.delete_ms.p50, "less"],
  ["delete → gone p95, ms", (of) => of.delete_ms.p95, "less"],
  ["burst, new APIs a second", (of) => of.burst_per_s, "more"],
  ["burst, deleted APIs a second", (of) => of.burst_delete_per_s, "more"],
  ["CPU seconds a new API", (of) => of.cpu_s_per_api, "less"],
  ["  API server and etcd, beside", (of) => of.cluster_cpu_s_per_api, "less"],
  ["most memory in the burst, MB", (of) => (of.memory_mb === null ? null : total(of.memory_mb)), "less"],
  ["requests a new API", (of) => totalRequests(of.requests_per_api), "less"],
];

/** A column for each engine, and how many times better than the CLI engine the warm one is. */
export function engineTable(
  { warm, cli, plain }: Engines,
  bySize: Readonly<Record<string, Requests>>,
): string[] {
  const columns = [...(warm === undefined ? [] : [warm]), cli, plain];
  const line = (name: string, value: Value): string => row(name, ...columns.map(value));
  return [
    row("engine", ...columns.map(({ engine }) => engine), ...(warm === undefined ? [] : ["cli : warm"])),
    row("APIs in the burst", ...columns.map(({ burst }) => burst)),
    ...ROWS.map(([name, value, better]) =>
      warm === undefined
        ? line(name, value)
        : row(name, ...columns.map(value), ratio(value(warm), value(cli), better)),
    ),
    "",
    "CPU seconds a new API, by process: the watcher and all that it has started, what has ended included",
    ...roleRows(columns, ({ cpu_s_per_api_by_role }) => cpu_s_per_api_by_role),
    "",
    "memory in the burst, MB, by process",
    ...roleRows(columns, ({ memory_mb }) => memory_mb),
    "",
    "requests a new API, by verb and resource",
    ...verbs(columns).map((what) => line(`  ${what}`, (of) => of.requests_per_api[what] ?? 0)),
    ...growth(bySize),
  ];
}

function roleRows(
  columns: readonly EngineFigures[],
  figures: (of: EngineFigures) => ByRole | null,
): readonly string[] {
  return roles
    .filter((role) => columns.some((of) => figures(of)?.[role] !== undefined))
    .map((role) => row(`  ${role}`, ...columns.map((of) => figures(of)?.[role] ?? null)));
}

function verbs(columns: readonly EngineFigures[]): string[] {
  return [...new Set(columns.flatMap(({ requests_per_api }) => Object.keys(requests_per_api)))].sort();
}

function growth(bySize: Readonly<Record<string, Requests>>): string[] {
  const totals = Object.entries(bySize).map(
    ([size, requests]) => `${totalRequests(requests)} with ${size} objects`,
  );
  return totals.length === 0 ? [] : ["", `requests an API: ${totals.join(", ")}`];
}

function ratio(warm: Figure, cli: Figure, better: "less" | "more"): string {
  if (warm === null || cli === null) return "";
  return (better === "less" ? cli / warm : warm / cli).toFixed(1);
}
