// Many served APIs without an engine run for each.
import { until } from "../until";
import { type WatcherProcess } from "../watcherProcess";
import { BenchApis } from "./apis";
import { type BenchOptions, type Installation } from "./installation";
import { inParallel } from "./parallel";
import { untilAtRest } from "./rest";
import { SeedComponents } from "./seedComponents";
import { ServedApi } from "./servedApi";
import { BenchServices } from "./services";

/** APIs that are made at a time. */
const PARALLEL = 16;

/** Names are of one length, so that none is a part of another. */
function seedName(index: number): string {
  return `seed-${String(index).padStart(5, "0")}`;
}

/** What a watcher has done since it started. */
export interface Work {
  readonly runs: number;
  /** Writes of the status of APIs and of Components. */
  readonly statusWrites: number;
}

/**
 * Leaves an installation with served APIs as a watcher that runs no more left them, each behind a ready Service and in
 * the summary of its Component. The first is the work of a watcher; the others are copies of it.
 *
 * @returns the names of the APIs
 * @throws Error when a watcher started over them runs an engine or writes a status
 */
export async function seedServedApis(
  installation: Installation,
  count: number,
  say: BenchOptions["say"],
): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => seedName(index));
  const components = await SeedComponents.create(installation.clients, names);
  await serveOne(installation, components);
  const served = await ServedApi.read(installation.clients, seedName(0));
  const uids = new Map([[seedName(0), served.object.metadata?.uid ?? ""]]);
  await inParallel(names.slice(1), PARALLEL, async (name) => {
    uids.set(name, await served.copy(name, components.ownerOf(name)));
  });
  await components.list(await components.entryOf(seedName(0)), served.object, uids);
  await proveUnchanged(installation, count, say);
  return names;
}

/** Has a watcher serve the first API, and ends the watcher. */
async function serveOne(installation: Installation, components: SeedComponents): Promise<void> {
  const name = seedName(0);
  await new BenchServices(installation.clients).create(name, true);
  const watcher = await installation.startWatcher().ready();
  const apis = await BenchApis.start(installation.kubeConfig);
  try {
    await apis.create(name, { ownerReferences: [components.ownerOf(name)] });
    await components.entryOf(name);
  } finally {
    apis.stop();
    await installation.stopWatcher(watcher);
  }
}

/** Starts a watcher that has nothing to do, and sees to it that it does nothing. */
async function proveUnchanged(
  installation: Installation,
  count: number,
  say: BenchOptions["say"],
): Promise<void> {
  const watcher = await installation.startWatcher().ready();
  await untilAllLookedAt(watcher, count);
  await untilAtRest(watcher);
  const { runs, statusWrites } = await workOf(watcher);
  await installation.stopWatcher(watcher);
  const result = `a watcher over ${count} seeded APIs: ${runs} engine runs, ${statusWrites} status writes`;
  if (runs > 0 || statusWrites > 0) throw new Error(`not taken for served: ${result}`);
  say(result);
}

/** Resolves when a watcher has looked at so many APIs. */
export async function untilAllLookedAt(watcher: WatcherProcess, count: number): Promise<void> {
  await until(
    `${count} APIs are looked at`,
    async () => (await watcher.metric("oda_reconcile_total")) >= count,
    120_000,
  );
}

export async function workOf(watcher: WatcherProcess): Promise<Work> {
  const ofApis = await watcher.metric("oda_status_writes_total");
  const ofComponents = await watcher.metric("oda_component_status_writes_total");
  return { runs: await watcher.runs(), statusWrites: ofApis + ofComponents };
}
