// Spaces out corrections, so that two that disagree about an object do not run the engine without end.
import { Backoff } from "../backoff";
import { type ObjectKey } from "../kube/objects";

/** Bounds of the delays between corrections of one API, in milliseconds. */
const PACE = { base: 1_000, cap: 300_000 } as const;

/** Milliseconds without a correction after which the delays begin anew. */
const QUIET = 600_000;

/** When each API may be corrected again. */
export class CorrectionPace {
  private readonly corrections = new Map<ObjectKey, { readonly backoff: Backoff; readonly due: number }>();

  /** Milliseconds until an API may be corrected; 0 when it may be now. */
  delay(key: ObjectKey): number {
    return Math.max(0, (this.corrections.get(key)?.due ?? 0) - Date.now());
  }

  /** A correction was made. */
  corrected(key: ObjectKey): void {
    const earlier = this.corrections.get(key);
    const backoff =
      earlier !== undefined && Date.now() - earlier.due < QUIET ? earlier.backoff : new Backoff(PACE);
    this.corrections.set(key, { backoff, due: Date.now() + backoff.next() });
  }

  /** The API is gone. */
  forget(key: ObjectKey): void {
    this.corrections.delete(key);
  }
}
