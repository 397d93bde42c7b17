// An engine whose runs are bounded in number, counted and timed.
import { TransientError, type Engine } from "../stack";
import { type Limiter } from "./limiter";
import { type Metrics } from "./metrics";
import { runProblem } from "./runMessages";

/**
 * Wraps an engine: at most as many runs at a time as the limiter allows, each in the metrics, and no new one once
 * `closing` is aborted.
 */
export function instrumentedEngine(
  engine: Engine,
  limiter: Limiter,
  metrics: Metrics,
  closing: AbortSignal,
): Engine {
  const measured = <Result>(operation: string, run: () => Promise<Result>): Promise<Result> =>
    limiter.run(async () => {
      if (closing.aborted) throw new TransientError("EngineStopped", "the watcher is stopping");
      const stop = metrics.engineRunSeconds.startTimer({ operation });
      try {
        const result = await run();
        metrics.engineRuns.inc({ operation, result: "succeeded" });
        return result;
      } catch (error) {
        metrics.engineRuns.inc({ operation, result: runProblem(error).reason });
        throw error;
      } finally {
        stop();
      }
    });
  return {
    name: engine.name,
    up: (run, options) => measured("up", () => engine.up(run, options)),
    preview: (run) => measured("preview", () => engine.preview(run)),
    refresh: (run) => measured("refresh", () => engine.refresh(run)),
    destroy: (target) => measured("destroy", () => engine.destroy(target)),
    recover: () => engine.recover(),
    condition: () => engine.condition(),
    close: () => engine.close(),
  };
}
