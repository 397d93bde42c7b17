// One engine's figures: how soon an API has its URL, how many a second, and at which cost.
import { join } from "node:path";
import { until } from "../until";
import { type WatcherProcess } from "../watcherProcess";
import { BenchApis } from "./apis";
import { BURST_RATE, measureBurst, type BurstFigures } from "./burst";
import { type BenchOptions, type Installation } from "./installation";
import { percentiles, type Percentiles } from "./statistics";
import { timed } from "./timed";

/** What to measure, in numbers of APIs. */
export interface Workload {
  /** Created, changed and deleted one at a time. */
  readonly oneByOne: number;
  /** Created at the rate of {@link BURST_RATE}, and deleted likewise. */
  readonly burst: number;
}

/** A watcher with one engine. */
export interface Contender {
  /** Name of the engine, as the watcher's metrics say it. */
  readonly engine: string;
  /** Its main module; see `WatcherProcess.start`. */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workload: Workload;
}

interface OneByOneFigures {
  /** From the request that creates the first API since the watcher started to its URL in its status. */
  readonly first_create_to_url_ms: number;
  /** From the request that creates an API to its URL in its status. */
  readonly create_to_url_ms: Percentiles;
  /** From the request that moves an API to its new URL in its status. */
  readonly update_to_url_ms: Percentiles;
  /** From the request that deletes an API until it is gone. */
  readonly delete_ms: Percentiles;
}

/** The figures of one engine. */
export interface EngineFigures extends OneByOneFigures, BurstFigures {
  readonly engine: string;
}

/** The engines that were measured; `warm` is missing where it is not installed. */
export interface Engines {
  readonly warm?: EngineFigures;
  readonly cli: EngineFigures;
  readonly plain: EngineFigures;
}

/**
 * Measures one engine on an installation without APIs, and leaves it without any.
 *
 * @throws Error when the watcher does not use the engine that it was told to use.
 */
export async function engineFigures(
  installation: Installation,
  say: BenchOptions["say"],
  { engine, script, env, workload }: Contender,
): Promise<EngineFigures> {
  const state = { ODA_STATE_DIR: join(installation.dir, `state-${engine}`) };
  const watcher = await installation.startWatcher({ ...state, ...env }, script).ready();
  const apis = await BenchApis.start(installation.kubeConfig);
  try {
    await isUsed(watcher, engine);
    say(`${engine}: ${workload.oneByOne} APIs one at a time`);
    const oneByOne = await measureOneByOne(apis, workload.oneByOne);
    say(`${engine}: ${workload.burst} APIs at ${BURST_RATE} a second`);
    const burst = await measureBurst(apis, workload.burst, watcher, installation);
    await isUsed(watcher, engine);
    return { engine, ...oneByOne, ...burst };
  } finally {
    apis.stop();
    await installation.stopWatcher(watcher);
  }
}

async function measureOneByOne(apis: BenchApis, count: number): Promise<OneByOneFigures> {
  const first = "first";
  const firstCreate = await timed(() => apis.create(first));
  // The first of each kind fills the caches of the machine and is not counted.
  await apis.move(first, `/${first}/v2`);
  await apis.delete(first);
  const [creates, updates, deletes]: [number[], number[], number[]] = [[], [], []];
  for (let index = 0; index < count; index += 1) {
    const name = `single-${index}`;
    creates.push(await timed(() => apis.create(name)));
    updates.push(await timed(() => apis.move(name, `/${name}/v2`)));
    deletes.push(await timed(() => apis.delete(name)));
  }
  return {
    first_create_to_url_ms: Math.round(firstCreate),
    create_to_url_ms: percentiles(creates),
    update_to_url_ms: percentiles(updates),
    delete_ms: percentiles(deletes),
  };
}

/** Sees to it that figures are those of the engine that they are said to be of. */
async function isUsed(watcher: WatcherProcess, engine: string): Promise<void> {
  const used = await until("the metrics name the engine", async () => {
    const text = await (await fetch(`${watcher.url}/metrics`)).text();
    return /oda_build_info\{.*engine="(\w+)"/.exec(text)?.[1];
  });
  const standIn = (await watcher.metric("oda_engine_fallback")) > 0;
  if (used !== engine || standIn) {
    throw new Error(
      `the watcher was to use the engine ${engine}, and uses ${standIn ? "a stand-in" : used}:` +
        `\n${watcher.log
          .slice(-5)
          .map((line) => JSON.stringify(line))
          .join("\n")}`,
    );
  }
}
