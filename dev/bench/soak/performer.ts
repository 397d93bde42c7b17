// Performs the runs of a soak, repeats those that a kill has hit as a watcher would, and notes what else goes wrong.
import { setTimeout as sleep } from "node:timers/promises";
import { TransientError, type Engine } from "../../../stack";
import { type Killer } from "./killer";
import { nextRun, type Fault, type PlannedRun, type Random, type Work } from "./plan";
import { isExpected, type SoakStack } from "./soakStack";

/** Times a run is tried, and milliseconds before the first repetition, which then double. */
const TRIES = 6;
const PAUSE = 200;

/** What the runs came to. */
export class Tally {
  readonly works: Partial<Record<Work, number>> = {};
  readonly faults: Partial<Record<Fault, number>> = {};
  /** Failures that a kill explains, by class or reason. */
  readonly retries: Record<string, number> = {};
  /** Milliseconds of the runs that succeeded at the first try. */
  readonly durations: Partial<Record<Work, number[]>> = {};
  readonly problems: string[] = [];
}

/** Performs runs of stacks one after the other. */
export class Performer {
  constructor(
    private readonly engine: Engine,
    private readonly killer: Pick<Killer, "couldHit">,
    private readonly random: Random,
    private readonly tally: Tally,
  ) {}

  /** Performs the next run of a stack. */
  async next(stack: SoakStack): Promise<void> {
    const run = nextRun(this.random, stack.declared);
    const { tally } = this;
    tally.works[run.work] = (tally.works[run.work] ?? 0) + 1;
    if (run.fault !== undefined) tally.faults[run.fault] = (tally.faults[run.fault] ?? 0) + 1;
    for (let tries = 1; tries <= TRIES; tries += 1) {
      if (await this.attempt(stack, run, tries)) return;
      await sleep(PAUSE * 2 ** (tries - 1));
    }
    stack.givenUp = true;
    tally.problems.push(`${describeRun(stack, run)} was given up after ${TRIES} tries`);
  }

  /** Tries a run once. Whether it is done: it succeeded, or failed as it should. */
  private async attempt(stack: SoakStack, run: PlannedRun, tries: number): Promise<boolean> {
    const began = performance.now();
    let uid: string | undefined;
    try {
      uid = await stack.perform(this.engine, run);
    } catch (error) {
      return this.failed(stack, run, error, began);
    }
    if (stack.hasReplaced(run, uid)) {
      this.tally.problems.push(`${describeRun(stack, run)}: what had served it was away for a while`);
    }
    stack.succeeded(run, uid);
    if (run.fault !== undefined) {
      this.tally.problems.push(`${describeRun(stack, run)} was to fail, and succeeded`);
    }
    if (tries === 1) (this.tally.durations[run.work] ??= []).push(performance.now() - began);
    return true;
  }

  private failed(stack: SoakStack, run: PlannedRun, error: unknown, began: number): boolean {
    if (run.fault !== undefined && isExpected(run.fault, error)) {
      stack.failed();
      return true;
    }
    const { retries, problems } = this.tally;
    if (error instanceof TransientError && this.killer.couldHit(began, performance.now())) {
      retries[error.reason] = (retries[error.reason] ?? 0) + 1;
    } else {
      problems.push(`${describeRun(stack, run)} failed: ${describeError(error)}`);
    }
    return false;
  }
}

function describeRun({ name }: SoakStack, { work, fault }: PlannedRun): string {
  return `${work}${fault === undefined ? "" : ` (${fault})`} of ${name}`;
}

function describeError(error: unknown): string {
  if (error instanceof TransientError) return `${error.reason}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
