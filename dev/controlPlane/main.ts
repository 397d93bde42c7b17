// npm run controlplane: a local control plane to try things on with kubectl or the watcher, until Ctrl-C.
import { once } from "node:events";
import { ensureToolchain } from "../toolchain";
import { startControlPlane } from ".";

async function main(): Promise<void> {
  const toolchain = await ensureToolchain();
  const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  const controlPlane = await startControlPlane({
    toolchain,
    log: (line) => {
      console.error(line);
    },
  });
  console.log(`export KUBECONFIG=${controlPlane.kubeconfig}`);
  console.error(`logs are in ${controlPlane.dir}; Ctrl-C stops and removes everything`);
  const staysAlive = setInterval(() => undefined, 60_000);
  await interrupted;
  clearInterval(staysAlive);
  await controlPlane.stop();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
