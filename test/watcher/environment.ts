import assert from "node:assert/strict";
import { ConfigError, readConfig, type WatcherConfig } from "../../watcher/config";

export type Environment = Readonly<Record<string, string>>;

/** What a wrong environment is refused with, a line each. */
export function complaints(env: Environment): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.split("\n");
  }
}

/** How the WhaleCloud gateway is reached unless it is said, with `changes`. */
export function whalecloud(changes: Partial<WatcherConfig["whalecloud"]>): WatcherConfig["whalecloud"] {
  return { ...readConfig({}).whalecloud, ...changes };
}
