import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { eventually } from "./eventually";

/** Writes an executable bash script and returns its path. */
export function writeScript(file: string, ...lines: string[]): string {
  writeFileSync(file, ["#!/usr/bin/env bash", ...lines, ""].join("\n"));
  chmodSync(file, 0o755);
  return file;
}

/** Waits for a file that a script writes, and returns what it wrote. */
export function written(file: string): Promise<string> {
  return eventually(`${file} is written`, () => {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text.endsWith("\n") ? text.trim() : undefined;
  });
}

/** Whether a process runs; one that has ended and waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}
