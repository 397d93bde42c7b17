// How soon a status follows the endpoints behind an API, both ways.
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchApis } from "./apis";
import { type BenchServices } from "./services";
import { percentiles, type Percentiles } from "./statistics";

/** Longest pause before a flip, in milliseconds: more than what keeps a follower busy at a time. */
const SPREAD = 100;

/** Who follows the endpoints of which APIs. */
export interface Follower {
  readonly apis: BenchApis;
  readonly services: BenchServices;
  /** APIs whose endpoints are all ready. */
  readonly names: readonly string[];
}

/** Milliseconds from the request that changes an endpoint to the status that says so. */
export interface FlipTimes {
  readonly ready_to_status_ms: Percentiles;
  readonly unready_to_status_ms: Percentiles;
}

/** Flips endpoints one at a time, the followers in turn, so that the same machine is measured for all of them. */
export async function timeFlips<Name extends string>(
  followers: Readonly<Record<Name, Follower>>,
  flips: number,
  beforeEach: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Record<Name, FlipTimes>> {
  const entries = Object.entries<Follower>(followers);
  const samples = entries.map(() => ({ ready: [] as number[], unready: [] as number[] }));
  for (let flip = 0; flip < flips; flip += 1) {
    await beforeEach();
    for (const [index, [, follower]] of entries.entries()) {
      const name = follower.names[flip % follower.names.length] ?? "";
      samples[index]?.unready.push(await timeFlip(follower, name, false));
      samples[index]?.ready.push(await timeFlip(follower, name, true));
    }
  }
  const times = entries.map(([name], index) => [
    name,
    {
      ready_to_status_ms: percentiles(samples[index]?.ready ?? []),
      unready_to_status_ms: percentiles(samples[index]?.unready ?? []),
    },
  ]);
  return Object.fromEntries(times) as Record<Name, FlipTimes>;
}

async function timeFlip({ apis, services }: Follower, name: string, ready: boolean): Promise<number> {
  // At any time: a flip right after an answer would only ever find a follower that is free to answer.
  await sleep(Math.random() * SPREAD);
  const begun = performance.now();
  // The status may be there before the answer to the change of the endpoint.
  const seen = apis.readiness(name, ready).then(() => performance.now() - begun);
  await services.setReady(name, ready);
  return seen;
}
