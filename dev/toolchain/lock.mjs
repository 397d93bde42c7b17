// A lock between processes of one machine: a file that names its holder.
//
// Plain JavaScript because dev/run.mjs needs it before any dependency is installed.
/* eslint @typescript-eslint/explicit-module-boundary-types: off -- the types are in lock.d.mts */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits until nobody else holds the lock, then holds it. A lock whose holder is dead is taken over.
 *
 * @param {string} file path of the lock; its directory exists
 * @param {{ onWait?: (holder: { pid: number, host: string }) => void, intervalMs?: number }} [options]
 *   `onWait` is called once for each holder that is waited for
 * @returns {Promise<() => void>} gives the lock back; may be called more than once, and from an exit handler
 */
export async function acquireLock(file, { onWait, intervalMs = 200 } = {}) {
  let announced = "";
  for (;;) {
    if (tryCreate(file)) {
      let held = true;
      return () => {
        if (held) rmSync(file, { force: true });
        held = false;
      };
    }
    const text = read(file);
    if (text === undefined) continue;
    if (isStale(text)) {
      removeStale(file, text);
      continue;
    }
    if (text !== announced && text !== "") {
      announced = text;
      onWait?.(JSON.parse(text));
    }
    await delay(intervalMs);
  }
}

/** The file appears with its content or not at all: a link, unlike a write, cannot be seen half done. */
function tryCreate(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, host: hostname() }));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A holder on another machine (a shared home directory) cannot be checked and counts as alive. */
function isStale(text) {
  const { pid, host } = parse(text);
  if (pid === undefined) return true;
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code !== "EPERM";
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Renaming lets one of several waiters win. If it caught a newer lock than the one it judged, that is put back. */
function removeStale(file, judged) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, "utf8") !== judged) linkSync(aside, file);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
  rmSync(aside, { force: true });
}
