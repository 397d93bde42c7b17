// The figures of a soak, and whether all is well.
import { row, type Measured, type Target } from "../measured";
import { percentiles, round, type Percentiles } from "../statistics";
import { victims } from "./killer";
import { works } from "./plan";
import { followed, growthOf, type Figure, type Growth, type Sample } from "./samples";
import { type SoakResult, type TimedEvent } from "./result";

/**
 * How many times as large the processes of a role may be in the last quarter as in the first, and what may be added to
 * that: MB, and descriptors. The library leaks with every run until its process is renewed or killed, so that the ages of
 * the processes in the two quarters differ.
 */
const GROWTH = { times: 1.5, memory: 50, descriptors: 50 } as const;

/** Runs from which on growth is judged: before, processes are still growing to their usual size. */
const JUDGED = 1000;

type Followed = (typeof followed)[number];
type GrowthByRole = Readonly<Record<Followed, Growth>>;

/** The figures, their table and what must be true of them. */
export function measured(result: SoakResult): Measured {
  const { runs, tally, killer, samples, operations, events } = result;
  const memory = growths(samples, "memory");
  const descriptors = growths(samples, "descriptors");
  const problems = [...tally.problems, ...killer.failures, ...unexpected(result), ...result.wrong];
  const isJudged = runs >= JUDGED;
  const growth = isJudged
    ? [...growing("MB", memory, GROWTH.memory), ...growing("descriptors", descriptors, GROWTH.descriptors)]
    : [];
  const figures = {
    runs,
    stacks: result.stacks.length,
    seconds: round(result.seconds, 1),
    runs_per_s: round(runs / result.seconds, 1),
    runs_by_work: tally.works,
    failed_on_purpose: tally.faults,
    kills: Object.fromEntries(victims.map((victim) => [victim, killer.count(victim)])),
    retries: tally.retries,
    operations,
    pending_operations_left: result.pending,
    events: countEvents(events),
    duration_ms: durations(result),
    memory_mb: memory,
    descriptors,
    samples,
    problems,
  };
  return {
    figures: { soak: figures },
    table: [
      row("soak", `${runs} runs`, `${result.stacks.length} stacks`),
      row("runs a second", figures.runs_per_s),
      ...counts("runs", tally.works),
      ...counts("failed on purpose", tally.faults),
      ...counts("killed", figures.kills),
      ...counts("failed by a kill and repeated", tally.retries),
      ...counts("operations of the engine", operations),
      ...counts("processes", figures.events),
      `operations that the state takes for under way: ${result.pending}`,
      "",
      row("duration, ms", "p50", "p95"),
      ...works.map((work) =>
        row(`  ${work}`, figures.duration_ms[work]?.p50 ?? null, figures.duration_ms[work]?.p95 ?? null),
      ),
      "",
      row("processes, all of a kind together", "first quarter", "last quarter", "most"),
      ...growthRows("MB", memory),
      ...growthRows("descriptors", descriptors),
      ...growthRows("processes", growths(samples, "processes")),
    ],
    targets: [clean(problems), ...(isJudged ? bounds(memory, descriptors) : [])],
    problems: [...problems, ...growth],
  };
}

/** Processes that ended although nobody had killed them, and such as had to be ended by force. */
function unexpected({ events, killer }: SoakResult): string[] {
  const crashes = events.filter(({ process, event }) => process === "engine" && event === "crashed");
  const kills = killer.count("engine");
  // A program that was under way in an engine that is gone may take its worker with it.
  const others = events.filter(
    ({ process, event, at }) =>
      event === "stuck" || (process === "worker" && event === "crashed" && !killer.couldHit(at, at)),
  );
  return [
    ...(crashes.length > kills
      ? [`the engine crashed ${crashes.length} times, and was killed ${kills} times`]
      : []),
    ...others.map(({ process, event, detail }) => `${process} ${event}: ${detail ?? ""}`),
  ];
}

function clean(problems: readonly string[]): Target {
  return {
    key: "soak_clean",
    what: "soak: no lock, resource or process lost, doubled or left over, and no failure without a cause",
    met: problems.length === 0,
  };
}

function bounds(memory: GrowthByRole, descriptors: GrowthByRole): Target[] {
  return [
    {
      key: "soak_memory",
      what: `soak: memory in the last quarter at most ${GROWTH.times} times that in the first, and ${GROWTH.memory} MB`,
      met: growing("MB", memory, GROWTH.memory).length === 0,
    },
    {
      key: "soak_descriptors",
      what: `soak: descriptors in the last quarter at most ${GROWTH.times} times those in the first, and ${GROWTH.descriptors}`,
      met: growing("descriptors", descriptors, GROWTH.descriptors).length === 0,
    },
  ];
}

function growing(unit: string, growth: GrowthByRole, slack: number): string[] {
  return followed
    .filter((role) => !isBounded(growth[role], slack))
    .map((role) => `${role} grow from ${growth[role].first} to ${growth[role].last} ${unit}`);
}

/** Whether processes have stayed as large as they were, within what is allowed. */
export function isBounded({ first, last }: Growth, slack: number): boolean {
  return last <= first * GROWTH.times + slack;
}

function growths(samples: readonly Sample[], figure: Figure): GrowthByRole {
  const entries = followed.map((role) => [role, growthOf(samples, figure, role)]);
  return Object.fromEntries(entries) as GrowthByRole;
}

function growthRows(unit: string, growth: GrowthByRole): string[] {
  return followed.map((role) =>
    row(`  ${role}, ${unit}`, growth[role].first, growth[role].last, growth[role].most),
  );
}

function durations({ tally }: SoakResult): Partial<Record<(typeof works)[number], Percentiles>> {
  return Object.fromEntries(works.map((work) => [work, percentiles(tally.durations[work] ?? [])]));
}

function countEvents(events: readonly TimedEvent[]): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const { process, event } of events) {
    counted[`${process} ${event}`] = (counted[`${process} ${event}`] ?? 0) + 1;
  }
  return counted;
}

function counts(what: string, counted: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(counted).map(([name, count]) => `${name} ${count}`);
  return [`${what}: ${entries.length === 0 ? "none" : entries.join(", ")}`];
}
