// What the watcher counts, for Prometheus.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** Milliseconds between measurements of the event loop's lag: each wakes the process, which else is idle. */
const EVENT_LOOP_PRECISION = 100;

/** The metrics of one watcher. */
export class Metrics {
  readonly registry = new Registry();

  readonly reconciles = new Counter({
    name: "oda_reconcile_total",
    help: "Reconciles by result: done, waiting, retry, error.",
    labelNames: ["result"] as const,
    registers: [this.registry],
  });
  readonly reconcileSeconds = new Histogram({
    name: "oda_reconcile_duration_seconds",
    help: "Time of one reconcile, engine run included.",
    buckets: [0.001, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60],
    registers: [this.registry],
  });
  readonly engineRuns = new Counter({
    name: "oda_engine_runs_total",
    help: "Engine runs by operation and result.",
    labelNames: ["operation", "result"] as const,
    registers: [this.registry],
  });
  readonly engineRunSeconds = new Histogram({
    name: "oda_engine_run_duration_seconds",
    help: "Time of one engine run.",
    labelNames: ["operation"] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });
  readonly engineProcesses = new Counter({
    name: "oda_engine_processes_total",
    help: "Processes of the Pulumi CLI, or requests to the warm engine in place of them, by operation.",
    labelNames: ["operation"] as const,
    registers: [this.registry],
  });
  readonly engineProcessEvents = new Counter({
    name: "oda_engine_process_events_total",
    help:
      "Processes that serve many runs, by kind (engine, worker) and by what happened: started, crashed, recycled, " +
      "stuck, fell_back, came_back.",
    labelNames: ["process", "event"] as const,
    registers: [this.registry],
  });
  readonly engineFallback = new Gauge({
    name: "oda_engine_fallback",
    help: "1 while the Pulumi CLI stands in for the warm engine.",
    registers: [this.registry],
  });
  readonly buildInfo = new Gauge({
    name: "oda_build_info",
    help: "Version and engine of this watcher; always 1.",
    labelNames: ["version", "engine"] as const,
    registers: [this.registry],
  });
  readonly statusWrites = new Counter({
    name: "oda_status_writes_total",
    help: "Writes of an object's status.",
    registers: [this.registry],
  });
  readonly componentStatusWrites = new Counter({
    name: "oda_component_status_writes_total",
    help: "Writes of the summary of APIs in a Component's status.",
    registers: [this.registry],
  });
  readonly drift = new Counter({
    name: "oda_drift_total",
    help: "APIs whose resources somebody had changed, by what was done: corrected, reported.",
    labelNames: ["action"] as const,
    registers: [this.registry],
  });
  readonly informerErrors = new Counter({
    name: "oda_informer_errors_total",
    help: "Failed lists and watches, by collection.",
    labelNames: ["collection"] as const,
    registers: [this.registry],
  });

  /** @param queueDepth gives the number of objects that wait for an engine run, when asked. */
  constructor(queueDepth: () => number) {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION });
    new Gauge({
      name: "oda_queue_depth",
      help: "Objects that wait for an engine run.",
      registers: [this.registry],
      collect() {
        this.set(queueDepth());
      },
    });
  }
}
