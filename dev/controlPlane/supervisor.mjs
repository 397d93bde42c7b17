// Runs the servers of a control plane or a data plane as its children, on behalf of the process that started it.
//
// Works with supervisorClient.ts (the other end) and sweep.ts (cleans up when even this process was killed).
//
//   node supervisor.mjs DIRECTORY
//
// It owns DIRECTORY. It talks over the IPC channel to its parent:
//   in:   {start: {name, command, args, env}}, {kill: name}, {stop: true}
//   out:  {started: name, pid}, {exited: name, code, signal}
// When the parent asks to stop, or is gone for whatever reason (then the channel closes), the servers are
// killed and DIRECTORY is removed. The servers are killed hard: their data is thrown away, and a graceful
// stop of an API server waits for open watches.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const directory = process.argv[2];
if (!directory || !process.send) throw new Error("started by the control plane only, with a directory");

const servers = new Map();
let stopping = false;

writeFileSync(join(directory, "supervisor.pid"), String(process.pid));

/** The other end may be gone at any moment; then "disconnect" follows and nothing is left to tell. */
function tell(message) {
  if (process.connected) process.send(message, () => undefined);
}

function start({ name, command, args, env }) {
  const log = openSync(join(directory, `${name}.log`), "a");
  const child = spawn(command, args, {
    cwd: directory,
    // Nothing of the user's environment: no kubeconfig, no proxy, no ETCD_* or GO* variable.
    env: { HOME: join(directory, "home"), TMPDIR: directory, ...env },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  servers.set(name, child);
  if (child.pid !== undefined) {
    writeFileSync(join(directory, `${name}.pid`), String(child.pid));
    tell({ started: name, pid: child.pid });
  }
  const ended = (code, signal) => {
    if (servers.get(name) !== child) return;
    servers.delete(name);
    rmSync(join(directory, `${name}.pid`), { force: true });
    tell({ exited: name, code, signal });
    if (stopping) finishWhenAllAreGone();
  };
  child.once("exit", ended);
  child.once("error", (error) => {
    writeFileSync(join(directory, `${name}.log`), `${error.message}\n`, { flag: "a" });
    ended(null, null);
  });
}

function finishWhenAllAreGone() {
  if (servers.size > 0) return;
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  process.exit(0);
}

function stop() {
  if (stopping) return;
  stopping = true;
  for (const child of servers.values()) child.kill("SIGKILL");
  finishWhenAllAreGone();
}

process.on("message", (message) => {
  if (message.stop) stop();
  else if (message.start && !stopping) start(message.start);
  else if (message.kill) servers.get(message.kill)?.kill("SIGKILL");
});
process.on("disconnect", stop);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);

mkdirSync(join(directory, "home"), { recursive: true });
tell({ ready: true });
