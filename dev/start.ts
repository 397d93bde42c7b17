// `npm start`: the watcher against the current kubeconfig, with the engine set up first.
import { ensureEngine, withEngines } from "./toolchain";

async function start(): Promise<void> {
  const engines = await ensureEngine();
  process.env["PATH"] = withEngines(engines, process.env["PATH"]);
  process.env["PULUMI_HOME"] = engines.pulumiHome;
  await import("../watcher/main.js");
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
