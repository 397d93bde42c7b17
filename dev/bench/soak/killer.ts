// Kills the warm engine or a provider while runs are under way.
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../until";
import { processTree, type Role } from "../processes";
import { type Random } from "./plan";

/** Whom to kill, in turn. */
export const victims = ["engine", "providers"] as const satisfies readonly Role[];

export type Victim = (typeof victims)[number];

export interface Kill {
  readonly victim: Victim;
  readonly pid: number;
  /** Milliseconds of the clock of `performance`. */
  readonly at: number;
}

/** A run takes some 30 ms: a kill comes at any moment of one. */
const SPREAD = 30;

/** Milliseconds within which a run that begins after a kill may meet its consequences. */
const AFTERMATH = 1000;

/** Kills by SIGKILL, the victims in turn. */
export class Killer {
  readonly kills: Kill[] = [];
  /** Why a victim could not be killed, a sentence for each. */
  readonly failures: string[] = [];
  private killing: Promise<void> = Promise.resolve();

  /**
   * @param root Process from which the engine descends.
   * @param onKill Called after each kill.
   */
  constructor(
    private readonly root: number,
    private readonly random: Random,
    private readonly onKill: (kill: Kill) => void,
  ) {}

  /** Kills the next victim soon. */
  strike(): void {
    this.killing = this.killing
      .then(() => this.kill())
      .catch((error: unknown) => {
        this.failures.push(String(error));
      });
  }

  /** Whether a run under way from one time to another could be hit by a kill. */
  couldHit(began: number, ended: number): boolean {
    return this.kills.some(({ at }) => at <= ended && at >= began - AFTERMATH);
  }

  count(victim: Victim): number {
    return this.kills.filter((kill) => kill.victim === victim).length;
  }

  /** Resolves when the last kill is done. */
  async done(): Promise<void> {
    await this.killing;
  }

  private async kill(): Promise<void> {
    const victim = victims[this.kills.length % victims.length] ?? "engine";
    await sleep(this.random() * SPREAD);
    const pid = await until(`there is one of the ${victim} to kill`, () => {
      const found = processTree(this.root).findLast(({ role }) => role === victim)?.pid;
      if (found !== undefined) process.kill(found, "SIGKILL");
      return found;
    });
    const kill = { victim, pid, at: performance.now() };
    this.kills.push(kill);
    this.onKill(kill);
  }
}
