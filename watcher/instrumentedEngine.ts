// An engine whose runs are bounded in number, counted and timed.
import { TransientError, type Engine } from "../stack";
import { type Limiter } from "./limiter";
import { type Metrics } from "./metrics";
import { runProblem } from "./runMessages";

/** An engine whose runs wait for their turn. */
export interface TurnEngine extends Engine {
  /**
   * Does what belongs to a run when its turn has come: what it takes is looked at and held in memory only then.
   *
   * @param work is given the engine for the runs of this turn, which wait for no other
   * @throws TransientError EngineStopped where no more runs begin; what `work` throws
   */
  turn<Result>(work: (engine: Engine) => Promise<Result>): Promise<Result>;
}

/**
 * Wraps an engine: at most as many turns at a time as the limiter allows, each run in the metrics, and no new turn once
 * `closing` is aborted. A run that is asked for alone is a turn.
 */
export function instrumentedEngine(
  engine: Engine,
  limiter: Limiter,
  metrics: Metrics,
  closing: AbortSignal,
): TurnEngine {
  const measuring = measuredEngine(engine, metrics);
  const turn: TurnEngine["turn"] = (work) =>
    limiter.run(() => {
      if (closing.aborted) throw new TransientError("EngineStopped", "the watcher is stopping");
      return work(measuring);
    });
  return {
    ...measuring,
    turn,
    up: (run, options) => turn((it) => it.up(run, options)),
    preview: (run) => turn((it) => it.preview(run)),
    refresh: (run) => turn((it) => it.refresh(run)),
    destroy: (target) => turn((it) => it.destroy(target)),
  };
}

function measuredEngine(engine: Engine, metrics: Metrics): Engine {
  const measured = async <Result>(operation: string, run: () => Promise<Result>): Promise<Result> => {
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
  };
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
