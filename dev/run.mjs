// Runs a TypeScript file of this repository, also in a fresh clone: node dev/run.mjs FILE.ts [ARGUMENTS]
//
// Plain JavaScript without dependencies, because it is what installs them: with `npm ci`, when node_modules is
// missing, incomplete or does not match package-lock.json. The file then runs in this very process, so that
// signals, standard streams and the exit code need no forwarding.
/* eslint @typescript-eslint/explicit-module-boundary-types: off -- the types are in run.d.mts */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { acquireLock } from "./toolchain/lock.mjs";

const OLDEST_NODE = [20, 19];
const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Whether a version such as "20.19.0" is new enough. */
export function isNodeSupported(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/**
 * Whether everything package-lock.json asks for is in node_modules. A marker with the hash of the lock file
 * says so after an installation by this program; after one by hand, npm's own record of what it installed
 * does. npm writes its record last, so an installation that was interrupted has neither.
 */
export function isInstalled(root) {
  const lock = readFileSync(path.join(root, "package-lock.json"), "utf8");
  if (readText(markerFile(root)) === hashOf(lock)) return true;
  const record = readText(path.join(root, "node_modules/.package-lock.json"));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages;
  return Object.entries(JSON.parse(lock).packages).every(
    ([name, { integrity, optional }]) =>
      name === "" || (name in installed ? installed[name].integrity === integrity : optional === true),
  );
}

/** Installs the dependencies when that is needed; of several processes at once, one does and the others wait. */
export async function ensureDependencies(root, { install = npmCi, log = writeLine } = {}) {
  if (isInstalled(root)) return;
  const release = await acquireLock(
    path.join(tmpdir(), `oda-api-install-${hashOf(realpathSync(root)).slice(0, 16)}.lock`),
    {
      onWait: ({ pid }) => log(`waiting for another installation of the dependencies (process ${pid})`),
    },
  );
  try {
    if (isInstalled(root)) return;
    const started = Date.now();
    log("installing dependencies (npm ci)");
    rmSync(markerFile(root), { force: true });
    rmSync(path.join(root, "node_modules/.package-lock.json"), { force: true });
    await install(root);
    writeFileSync(markerFile(root), hashOf(readFileSync(path.join(root, "package-lock.json"), "utf8")));
    log(`dependencies installed (${Math.round((Date.now() - started) / 1000)}s)`);
  } finally {
    release();
  }
}

function npmCi(root) {
  return new Promise((resolve, reject) => {
    const args = ["ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
    // All it writes goes to the error output: the standard output belongs to the program that is run.
    const child = spawn("npm", args, { cwd: root, stdio: ["ignore", 2, 2] });
    // Ctrl-C reaches npm by itself; other signals end only this process.
    for (const signal of ["SIGTERM", "SIGHUP"]) {
      process.once(signal, () => {
        child.kill(signal);
        process.exit(1);
      });
    }
    child.once("error", (error) => reject(new Error(`npm cannot be started: ${error.message}`)));
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`})`));
    });
  });
}

function writeLine(text) {
  process.stderr.write(`${text}\n`);
}

function markerFile(root) {
  return path.join(root, "node_modules/.oda-api-installed");
}

function hashOf(text) {
  return createHash("sha256").update(text).digest("hex");
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

async function main([file, ...args]) {
  if (!isNodeSupported(process.versions.node)) {
    throw new Error(`Node ${OLDEST_NODE.join(".")} or newer is needed; this is ${process.versions.node}.`);
  }
  if (file === undefined) throw new Error("usage: node dev/run.mjs FILE.ts [ARGUMENTS]");
  await ensureDependencies(ROOT);
  const tsx = pathToFileURL(createRequire(path.join(ROOT, "package.json")).resolve("tsx")).href;
  await import(tsx);
  // For processes that the file forks.
  process.execArgv.push("--import", tsx);
  process.argv = [process.execPath, path.resolve(file), ...args];
  Module.runMain();
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    writeLine(error.message);
    process.exitCode = 1;
  });
}
