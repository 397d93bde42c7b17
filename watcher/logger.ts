import { pino, stdSerializers, stdTimeFunctions } from "pino";
import { TransientError } from "../stack";
import { type WatcherConfig } from "./config";
import { messageOf, statusOf } from "./kube/client";

/** As much of a logger as the rooms of the watcher use. */
export type Logger = ReturnType<typeof createLogger>;

/** JSON lines on standard output: `level` as a word, `time` as RFC 3339, `msg`; errors as {@link describeError}. */
export function createLogger(level: WatcherConfig["logLevel"]): ReturnType<typeof pino> {
  return pino({
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  });
}

/**
 * An error as `err` of a log line: `type`, `message` and `stack`. Of what the API server refused, its own words and
 * the HTTP `status` without a stack: they tell where in the client it was noticed. Nor has a trouble that passes by itself
 * one, but its `reason`.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof TransientError) {
    return { type: error.constructor.name, reason: error.reason, message: error.message };
  }
  const status = statusOf(error) ?? (error as { statusCode?: unknown }).statusCode;
  return typeof status === "number"
    ? { type: error.constructor.name, status, message: messageOf(error) }
    : stdSerializers.err(error);
}
