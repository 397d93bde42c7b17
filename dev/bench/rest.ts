// When a watcher has done all there was to do.
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../until";
import { type WatcherProcess } from "../watcherProcess";
import { cpuSeconds } from "./resources";

/** A watcher is at rest when it uses less than this share of a core for a second. */
const AT_REST = 0.03;

/** Resolves when a watcher has come to rest; after a second where there is no /proc. */
export async function untilAtRest({ pid }: WatcherProcess): Promise<void> {
  await until("the watcher has come to rest", async () => {
    const before = cpuSeconds(pid) ?? 0;
    await sleep(1000);
    return (cpuSeconds(pid) ?? 0) - before < AT_REST;
  });
}
