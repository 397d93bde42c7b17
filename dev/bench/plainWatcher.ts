// The watcher with the baseline engine, as a process: everything but the engine is the same.
import { KubeConfig } from "@kubernetes/client-node";
import { resolveBackend } from "../../stack";
import { readConfig } from "../../watcher/config";
import { createLogger } from "../../watcher/logger";
import { Watcher } from "../../watcher/watcher";
import { plainEngine } from "./plainEngine";

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromDefault();
  const backend = resolveBackend(config.stateDir, {
    url: config.backendUrl,
    secretsProvider: config.secretsProvider,
    passphraseInEnvironment: config.passphraseInEnvironment,
  });
  const watcher = await Watcher.start({
    config,
    kubeConfig,
    log,
    createEngine: (_config, { onProcess }) => Promise.resolve(plainEngine(backend, onProcess)),
  });
  log.info({ port: watcher.port }, "health and metrics");
  process.on("SIGTERM", () => {
    void watcher.stop().then(() => process.exit(0));
  });
  await watcher.run();
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
