// Remembers failed runs: what failed, and when to try again.
import { Backoff } from "./backoff";
import { type ObjectKey } from "./kube/objects";
import { type Problem } from "./reasons";

/** Bounds of the delays between failed runs, in milliseconds. There is no last try. */
const RUN_BACKOFF = { base: 1_000, cap: 300_000 } as const;

interface Failure {
  readonly hash: string;
  readonly backoff: Backoff;
  readonly problem: Problem;
  /** Milliseconds since the epoch. */
  readonly due: number;
}

/** A failed run that is not yet to be repeated. */
export interface Pending {
  readonly problem: Problem;
  /** Milliseconds until the next try. */
  readonly delay: number;
}

/** Failed runs by object. A change of the hash makes an earlier failure meaningless. */
export class Retries {
  private readonly failures = new Map<ObjectKey, Failure>();

  /** The failure that still keeps this hash from running, or undefined when it may run. */
  pending(key: ObjectKey, hash: string): Pending | undefined {
    const failure = this.failures.get(key);
    const delay = (failure?.due ?? 0) - Date.now();
    if (failure?.hash !== hash || delay <= 0) return undefined;
    return { problem: failure.problem, delay };
  }

  /** Takes in a failed run. Returns milliseconds until the next try. */
  failed(key: ObjectKey, hash: string, problem: Problem): number {
    const earlier = this.failures.get(key);
    const backoff = earlier?.hash === hash ? earlier.backoff : new Backoff(RUN_BACKOFF);
    const delay = backoff.next();
    this.failures.set(key, { hash, backoff, problem, due: Date.now() + delay });
    return delay;
  }

  /** What stood in the way of a run may be gone: it may run at once. The delay after the next failure goes on growing. */
  hurry(key: ObjectKey): void {
    const failure = this.failures.get(key);
    if (failure !== undefined) this.failures.set(key, { ...failure, due: Date.now() });
  }

  /** As {@link hurry}, where fields that somebody else held stood in the way. */
  hasten(key: ObjectKey): void {
    if (this.failures.get(key)?.problem.reason === "FieldConflict") this.hurry(key);
  }

  /** The object runs well again, or is gone. */
  forget(key: ObjectKey): void {
    this.failures.delete(key);
  }
}
