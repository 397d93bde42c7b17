// The watcher as a process: `npm start`.
import "../stack/lazyModules";
import { KubeConfig } from "@kubernetes/client-node";
import { ConfigError, readConfig } from "./config";
import { createLogger, type Logger } from "./logger";
import { Watcher } from "./watcher";

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel);
  const kubeConfig = loadKubeConfig();

  const watcher = await Watcher.start({ config, kubeConfig, log }).catch((error: unknown) => {
    throw new ConfigError((error as Error).message);
  });
  stopOnSignals(watcher, log);
  log.info({ port: watcher.port }, "health and metrics");
  await watcher.run();
}

/** The kubeconfig named by KUBECONFIG, else `~/.kube/config`, else that of the Pod. */
function loadKubeConfig(): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromDefault();
  } catch (error) {
    throw new ConfigError(`KUBECONFIG: cannot be read: ${(error as Error).message}`);
  }
  // What the client takes where it finds nothing.
  const isNone = kubeConfig.getCurrentCluster()?.server === "http://localhost:8080";
  if (isNone && process.env["KUBECONFIG"] === undefined) {
    throw new ConfigError(
      "there is no cluster: KUBECONFIG is not set, ~/.kube/config is missing, and this is no Pod",
    );
  }
  return kubeConfig;
}

/** The first signal ends the process in order, the second at once. */
function stopOnSignals(watcher: Watcher, log: Logger): void {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      log.info({ signal }, "stopping, once no engine run is under way");
      watcher.stop().then(
        () => {
          log.info("stopped");
          process.exit(0);
        },
        (error: unknown) => {
          log.error({ err: error }, "stopping failed");
          process.exit(1);
        },
      );
    });
  }
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`oda-api: ${text ?? ""}\n`);
  process.exit(1);
});
