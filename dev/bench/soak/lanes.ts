// The runs of a soak: several at a time, with kills and looks at the processes between them.
import { type Engine } from "../../../stack";
import { type BenchOptions } from "../installation";
import { Killer } from "./killer";
import { Performer, Tally } from "./performer";
import { randomNumbers } from "./plan";
import { sampleOf, type Sample } from "./samples";
import { SoakStack } from "./soakStack";

/** Runs at a time, and stacks for each of them. */
export const CONCURRENCY = 4;
const STACKS = 10;

/** Kills and looks at the processes, spread over the runs. */
const KILLS = 10;
const SAMPLES = 40;

const SEED = 1;

/** What was done. */
export interface Performed {
  readonly runs: number;
  readonly seconds: number;
  readonly stacks: readonly SoakStack[];
  readonly tally: Tally;
  readonly killer: Killer;
  readonly samples: readonly Sample[];
}

/** Performs so many runs. */
export async function performRuns(
  engine: Engine,
  runs: number,
  say: BenchOptions["say"],
): Promise<Performed> {
  const random = randomNumbers(SEED);
  let begun = 0;
  const killer = new Killer(process.pid, random, ({ victim, pid }) => {
    say(`soak: run ${begun}: killed process ${pid} of the ${victim}`);
  });
  const tally = new Tally();
  const performer = new Performer(engine, killer, random, tally);
  const samples: Sample[] = [];
  const stacks = Array.from({ length: CONCURRENCY * STACKS }, (_, index) => new SoakStack(`soak-${index}`));
  const lane = async (own: readonly SoakStack[]): Promise<void> => {
    while (begun < runs) {
      begun += 1;
      if (begun % Math.ceil(runs / KILLS) === 0) killer.strike();
      const sample = begun % Math.ceil(runs / SAMPLES) === 0 ? sampleOf(process.pid, begun) : undefined;
      if (sample !== undefined) samples.push(sample);
      const stack = own[Math.floor(random() * own.length)];
      if (stack !== undefined) await performer.next(stack);
    }
  };
  const start = performance.now();
  // A stack belongs to one lane, so that no two of its runs overlap.
  const lanes = Array.from({ length: CONCURRENCY }, (_, index) =>
    lane(stacks.filter((_stack, at) => at % CONCURRENCY === index)),
  );
  await Promise.all(lanes);
  await killer.done();
  return { runs, stacks, tally, killer, samples, seconds: (performance.now() - start) / 1000 };
}
