// `npm start`: the watcher against the current kubeconfig, with the engine set up first.
import { delimiter, dirname } from "node:path";
import { ensureEngine } from "./toolchain";

async function start(): Promise<void> {
  const { pulumi, pulumiHome } = await ensureEngine();
  process.env["PATH"] = [dirname(pulumi), process.env["PATH"]].join(delimiter);
  process.env["PULUMI_HOME"] = pulumiHome;
  await import("../watcher/main.js");
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
