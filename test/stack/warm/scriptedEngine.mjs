// Speaks the warm engine's protocol as a process of its own, and misbehaves as its script says: a JSON file named by
// SCRIPT, read anew for each request.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { setInterval } from "node:timers";

/** See `Script` in scriptedEngine.ts. */
const script = () => JSON.parse(readFileSync(process.env.SCRIPT, "utf8"));
const socket = process.argv[process.argv.indexOf("--socket") + 1];
const { protocol = 1, pulumi = "3.246.0", atStart } = script();
const identity = { protocol, pulumi, pid: process.pid };

if (atStart !== undefined) begin(atStart);
else serve();

function begin({ says, exit, silent }) {
  if (says !== undefined) process.stderr.write(`${says}\n`);
  if (exit !== undefined) process.exitCode = exit;
  if (silent) setInterval(() => undefined, 1000);
}

function serve() {
  if (script().provider) {
    const provider = spawn("bash", ["-c", "exec -a pulumi-resource-scripted sleep 600"], { stdio: "ignore" });
    process.stderr.write(`${provider.pid}\n`);
  }
  const server = createServer((request, response) => {
    const operation = request.url.replace("/v1/", "");
    request.resume().once("end", () => answer(operation, response));
  });
  server.listen(socket, () => process.stdout.write(`${JSON.stringify(identity)}\n`));
  process.stdin.resume().once("end", () => {
    if (!script().ignoresEnd) process.exit(0);
  });
}

function answer(operation, response) {
  const { crash, deaf, tellsHealth, memory = 1, descriptors = 1, active = 0 } = script();
  if (deaf) return;
  if (operation === "health") {
    if (tellsHealth) process.stderr.write("health\n");
    response.end(`${JSON.stringify({ ...identity, runs: { active }, memory, descriptors })}\n`);
  } else if (operation === "export") {
    // The only way to know what the process was started with.
    response.end(`${JSON.stringify({ result: { env: process.env } })}\n`);
  } else if (crash !== undefined) {
    writeFileSync(2, `${crash}\n`);
    process.exit(2);
  } else {
    response.end('{"result":{}}\n');
  }
}
