// How soon a status follows the endpoints while engine runs take all of the machine.
import { until } from "../until";
import { BenchApis } from "./apis";
import { timeFlips, type Follower, type FlipTimes } from "./flips";
import { BASELINE_USER, Installation, NAMESPACE, WATCHER_USER, type BenchOptions } from "./installation";
import { CONCURRENCY, EngineLoad } from "./load";
import { row, type Measured } from "./measured";
import { phasesOf, type Phases } from "./phases";
import { BenchServices } from "./services";
import { round } from "./statistics";

const PLAIN = "dev/bench/plainReadiness.ts";

/** Namespace of the APIs that the baseline follows. */
const PLAIN_NAMESPACE = "plain";

/** APIs whose endpoints are flipped, for each follower. */
const FLIPPED = 5;

/** Milliseconds within which half of the statuses must follow. */
const TARGET = 50;

/** Share of the looks at which every run that may be under way must be, or the figures say nothing. */
const LOADED = 0.9;

interface Figures {
  readonly engine_runs_under_way: number;
  /** Share of the flips, 0 to 1, at the beginning of which as many runs were under way. */
  readonly under_load_share: number;
  readonly loaded: Record<"watcher" | "plain", FlipTimes & { readonly phases: Phases }>;
  readonly unloaded: Record<"watcher" | "plain", FlipTimes & { readonly phases: Phases }>;
}

/**
 * Flips endpoints of the watcher's APIs and of the baseline's in turn, first without and then with engine runs.
 *
 * @throws Error when the engine was not busy all the time.
 */
export async function measureReadiness(options: BenchOptions): Promise<Measured> {
  const flips = options.quick ? 10 : 100;
  const figures = await Installation.with(options, async (installation) => {
    const stops: BenchApis[] = [];
    try {
      const watcher = await installation.startWatcher({ ODA_CONCURRENCY: String(CONCURRENCY) }).ready();
      const apis = await BenchApis.start(installation.kubeConfig);
      const plainApis = await startPlain(installation);
      stops.push(apis, plainApis);
      const followers = {
        watcher: await served(installation, apis),
        plain: await followed(installation, plainApis),
      };
      options.say(`readiness: ${flips} flips each way without engine runs`);
      const unloaded = await timed(installation, followers, flips);
      options.say(`readiness: ${flips} flips each way with ${CONCURRENCY} engine runs under way`);
      const load = new EngineLoad(apis, watcher);
      await load.start();
      await until("as many runs are under way as may be", () => load.look());
      const loaded = await timed(installation, followers, flips, () => load.look());
      await load.stop();
      return { engine_runs_under_way: CONCURRENCY, under_load_share: round(load.share), loaded, unloaded };
    } finally {
      for (const each of stops) each.stop();
    }
  });
  if (figures.under_load_share < LOADED) {
    throw new Error(
      `${CONCURRENCY} engine runs were under way at a share of ${figures.under_load_share} only`,
    );
  }
  return measured(figures);
}

async function startPlain(installation: Installation): Promise<BenchApis> {
  await installation.clients.core.createNamespace({ body: { metadata: { name: PLAIN_NAMESPACE } } });
  const plain = await installation.startBaseline(PLAIN, { COMPONENT_NAMESPACE: PLAIN_NAMESPACE });
  await until("the baseline follows", () => plain.log.some(({ msg }) => msg === "following"));
  return BenchApis.start(installation.kubeConfig, PLAIN_NAMESPACE);
}

/** APIs that the watcher has served with engine runs. */
async function served(installation: Installation, apis: BenchApis): Promise<Follower> {
  const services = new BenchServices(installation.clients);
  const names = flippedNames();
  for (const name of names) {
    await services.create(name, true);
    await apis.create(name);
  }
  return { apis, services, names };
}

/** APIs that only the baseline knows. */
async function followed(installation: Installation, apis: BenchApis): Promise<Follower> {
  const services = new BenchServices(installation.clients, PLAIN_NAMESPACE);
  const names = flippedNames();
  for (const name of names) {
    await apis.add(name);
    const ready = apis.readiness(name, true);
    await services.create(name, true);
    await ready;
  }
  return { apis, services, names };
}

function flippedNames(): string[] {
  return Array.from({ length: FLIPPED }, (_, index) => `flip-${index}`);
}

async function timed(
  { audit }: Installation,
  followers: Readonly<Record<"watcher" | "plain", Follower>>,
  flips: number,
  beforeEach?: () => Promise<unknown>,
): Promise<Figures["loaded"]> {
  audit.events();
  const times = await timeFlips(followers, flips, beforeEach);
  const events = audit.events();
  const names = flippedNames();
  return {
    watcher: { ...times.watcher, phases: phasesOf(events, WATCHER_USER, NAMESPACE, names) },
    plain: { ...times.plain, phases: phasesOf(events, BASELINE_USER, PLAIN_NAMESPACE, names) },
  };
}

function measured(figures: Figures): Measured {
  const { loaded, unloaded } = figures;
  const columns = [loaded.watcher, loaded.plain, unloaded.watcher, unloaded.plain];
  const each = (name: string, value: (times: (typeof columns)[number]) => number): string =>
    row(name, ...columns.map(value));
  const { ready_to_status_ms: ready, unready_to_status_ms: unready } = loaded.watcher;
  return {
    figures: { readiness: figures },
    table: [
      row("readiness", `${CONCURRENCY} runs: ours`, "plain loop", "no runs: ours", "plain loop"),
      each("ready → status p50, ms", (times) => times.ready_to_status_ms.p50),
      each("ready → status p95, ms", (times) => times.ready_to_status_ms.p95),
      each("unready → status p50, ms", (times) => times.unready_to_status_ms.p50),
      each("unready → status p95, ms", (times) => times.unready_to_status_ms.p95),
      each("  API server: endpoint write, ms", ({ phases }) => phases.endpoint_write_ms),
      each("  from there to the request, ms", ({ phases }) => phases.reaction_ms),
      each("  API server: status write, ms", ({ phases }) => phases.status_write_ms),
      row("flips with every run under way, share", figures.under_load_share),
    ],
    targets: [
      {
        key: "readiness_p50",
        what: `half of the statuses follow an endpoint within ${TARGET} ms, both ways, beside ${CONCURRENCY} engine runs`,
        met: ready.p50 < TARGET && unready.p50 < TARGET,
      },
    ],
  };
}
