import { pino, stdTimeFunctions } from "pino";
import { type WatcherConfig } from "./config";

/** As much of a logger as the rooms of the watcher use. */
export type Logger = ReturnType<typeof createLogger>;

/** JSON lines on standard output: `level` as a word, `time` as RFC 3339, `msg`. */
export function createLogger(level: WatcherConfig["logLevel"]): ReturnType<typeof pino> {
  return pino({
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
