// The one place that turns a result of a reconcile, or its error, into done, or into a delay.
import { Backoff } from "./backoff";
import { statusOf } from "./kube/client";
import { type ObjectKey } from "./kube/objects";
import { type Logger } from "./logger";
import { type Metrics } from "./metrics";
import { type ReconcileResult } from "./reconcileResult";

/** Delays after a reconcile that the API server cut short, in milliseconds. */
const API_BACKOFF = { base: 200, cap: 60_000 } as const;

/** Counts, times and logs reconciles. */
export class Outcomes {
  private readonly backoffs = new Map<ObjectKey, Backoff>();

  constructor(
    private readonly metrics: Metrics,
    private readonly log: Logger,
  ) {}

  /** Does the work of a key. Returns milliseconds until it is due again; undefined where it is done. */
  async of(key: ObjectKey, reconcile: () => Promise<ReconcileResult>): Promise<number | undefined> {
    const stop = this.metrics.reconcileSeconds.startTimer();
    try {
      const { outcome, after } = await reconcile();
      this.backoffs.delete(key);
      this.metrics.reconciles.inc({ result: outcome });
      return after;
    } catch (error) {
      return this.failed(key, error);
    } finally {
      stop();
    }
  }

  private failed(key: ObjectKey, error: unknown): number | undefined {
    const { log, metrics } = this;
    // The object is gone: the informer is about to say so.
    if (statusOf(error) === 404) {
      this.backoffs.delete(key);
      metrics.reconciles.inc({ result: "done" });
      return undefined;
    }
    const conflict = statusOf(error) === 409;
    metrics.reconciles.inc({ result: conflict ? "retry" : "error" });
    const backoff = this.backoffs.get(key) ?? new Backoff(API_BACKOFF);
    this.backoffs.set(key, backoff);
    const delay = backoff.next();
    const context = { key, retryInMs: Math.round(delay), err: error };
    // The object changed while it was looked at: nothing is wrong.
    if (conflict) log.debug(context, "reconcile was overtaken");
    else log.error(context, "reconcile failed");
    return delay;
  }
}
