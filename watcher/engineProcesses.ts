// The processes of the engine, as the log and the metrics tell of them.
import { withoutCredentials, type EngineProcessEvent } from "../stack";
import { type Logger } from "./logger";
import { type Metrics } from "./metrics";

/** What an engine tells of its processes. */
export interface EngineObserver {
  /** A process of the CLI, or a request to the warm engine in its place, began to work on an operation. */
  readonly onProcess: (operation: string) => void;
  readonly onEngine: (event: EngineProcessEvent) => void;
  /** One printed a line beside its runs. */
  readonly onLine: (line: string) => void;
}

type Event = EngineProcessEvent["event"];

/** How the log and the metrics call each event. */
const EVENTS = {
  started: { label: "started", level: "info", text: "started" },
  crashed: { label: "crashed", level: "warn", text: "crashed" },
  recycled: { label: "recycled", level: "info", text: "recycled" },
  stuck: { label: "stuck", level: "warn", text: "did not stop when asked to, and is replaced" },
  fellBack: { label: "fell_back", level: "warn", text: "gives way to the Pulumi CLI" },
  cameBack: { label: "came_back", level: "info", text: "works in place of the Pulumi CLI again" },
} as const satisfies Record<Event, { label: string; level: "info" | "warn"; text: string }>;

const NAMES = { engine: "warm engine", worker: "worker" } as const;

/** Counts what an engine tells, and logs what somebody may want to know. */
export function observeEngine(metrics: Metrics, log: Logger): EngineObserver {
  return {
    onProcess: (operation) => {
      metrics.engineProcesses.inc({ operation });
    },
    onEngine: ({ process, event, pid, detail }) => {
      const { label, level, text } = EVENTS[event];
      metrics.engineProcessEvents.inc({ process, event: label });
      if (event === "fellBack" || event === "cameBack")
        metrics.engineFallback.set(event === "fellBack" ? 1 : 0);
      // Workers come and go with the work.
      const quiet = process === "worker" && level === "info";
      log[quiet ? "debug" : level]({ pid, detail }, `${NAMES[process]} ${text}`);
    },
    onLine: (line) => {
      const { level, msg, fields } = readLine(withoutCredentials(line));
      log[level](fields, msg);
    },
  };
}

/** Levels of Go's log/slog. */
const SLOG_LEVELS: Readonly<Record<string, "debug" | "info" | "warn" | "error">> = {
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  ERROR: "error",
};

interface Line {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly msg: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A line as its process meant it where it is JSON, as the warm engine's log is; else it is a crash that speaks. */
function readLine(line: string): Line {
  try {
    const { level, msg, ...others } = JSON.parse(line) as Record<string, unknown>;
    const known = SLOG_LEVELS[String(level)];
    if (known !== undefined && typeof msg === "string") {
      // The watcher's log has a time of its own for each line.
      const fields = Object.fromEntries(Object.entries(others).filter(([name]) => name !== "time"));
      return { level: known, msg, fields };
    }
  } catch {
    // Not JSON.
  }
  return { level: "warn", msg: line, fields: {} };
}
