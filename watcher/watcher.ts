// One watcher, from its configuration to a controller at work.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type KubeConfig } from "@kubernetes/client-node";
import { type IstioSettings } from "../components";
import { createEngine, resolveBackend, type Engine } from "../stack";
import { version } from "../package.json";
import { type WatcherConfig } from "./config";
import { Controller, type ControllerOptions } from "./controller";
import { observeEngine, type EngineObserver } from "./engineProcesses";
import { Documents } from "./documents";
import { describeAzure, gatewayWarnings } from "./gatewayStart";
import { createCatalog, realSources, warnOfProviders, type GatewaySources } from "./gatewaySources";
import { findGatewayWorkload, gatewayWorkload, type FoundWorkload } from "./gatewayWorkload";
import { startHealthServer, type HealthServer } from "./health";
import { instrumentedEngine, type TurnEngine } from "./instrumentedEngine";
import { configMapData, createClients, messageOf, type Clients } from "./kube/client";
import { discoverApiResources, discoverIstioVersion } from "./kube/discovery";
import { type ObjectKey } from "./kube/objects";
import { Limiter } from "./limiter";
import { type Logger } from "./logger";
import { Metrics } from "./metrics";
import { isSharedOutdated } from "./sharedAtGateway";

/** Milliseconds between looks for a CRD that is not installed yet. */
const DISCOVERY_INTERVAL = 5_000;

/** Milliseconds between asking a run to stop and killing it. */
const RUN_GRACE = 15_000;

/** What is wrong where policies could be put on the Pods of another gateway than the one that APIs are bound to. */
const SEVERAL_GATEWAYS =
  "the Pods behind this Service are taken for the gateway's, and others could be; `gateway` of ODA_PLATFORM decides";

/** Makes the engine of a watcher, which tells the observer of its processes. */
export type EngineFactory = (config: WatcherConfig, observer: EngineObserver) => Promise<Engine>;

/** What a watcher is made with. */
export interface WatcherOptions {
  readonly config: WatcherConfig;
  readonly kubeConfig: KubeConfig;
  readonly log: Logger;
  readonly createEngine?: EngineFactory;
  /** What gateways outside the cluster are asked by, where it is not the real one. */
  readonly sources?: GatewaySources;
}

/** What is known of a cluster before anything is followed. */
interface Discovered extends Pick<ControllerOptions, "resources" | "sharedOutdated"> {
  readonly istio: IstioSettings;
}

/** Serves the APIs of one cluster until it is stopped. */
export class Watcher {
  private controller: Controller | undefined;
  private waitingFor: string | undefined = "the engine";
  private health: HealthServer | undefined;

  private constructor(
    private readonly options: WatcherOptions,
    private readonly clients: Clients,
    private readonly engine: TurnEngine,
    private readonly metrics: Metrics,
    private readonly stopped: AbortController,
  ) {}

  /**
   * Starts a watcher. Resolves once its health server answers; `ready` says when it works.
   *
   * @throws Error when the engine, the kubeconfig or the address to listen on cannot be used.
   */
  static async start(options: WatcherOptions): Promise<Watcher> {
    const { config, kubeConfig, log, createEngine = engineOf } = options;
    const clients = createClients(kubeConfig);
    const limiter = new Limiter(config.concurrency);
    const metrics = new Metrics(() => limiter.depth);
    const engine = await createEngine(config, observeEngine(metrics, log));
    metrics.buildInfo.set({ version, engine: engine.name }, 1);
    if (config.engine === "auto" && engine.name === "cli") {
      log.warn(
        "a Pulumi CLI process for each run, the slow way: no pulumi-warm-engine, or no backend of its own",
      );
    }
    const closing = new AbortController();
    const limited = instrumentedEngine(engine, limiter, metrics, closing.signal);
    const watcher = new Watcher(options, clients, limited, metrics, closing);
    await watcher.listen();
    return watcher;
  }

  /** Port of the health and metrics server. */
  get port(): number | undefined {
    return this.health?.port;
  }

  /** Follows the cluster. Resolves when the first objects are queued, or the watcher was stopped before. */
  async run(): Promise<void> {
    const { config, kubeConfig, log, sources = realSources } = this.options;
    await this.engine.recover();
    const found = await this.discover();
    if (found === undefined || this.stopped.signal.aborted) return;
    const { resources, istio, sharedOutdated } = found;
    const { namespaces, monitoring, drift, rules } = config;
    const gateways = createCatalog(config, istio, log, sources);
    const about = { version, engine: this.engine.name, resources, namespaces: namespaces ?? "all" };
    const known = { ...gateways.describe(), azure: describeAzure(config) };
    log.info({ ...about, gateways: known, monitoring, rules, drift }, "serving");
    for (const warning of gatewayWarnings(config, process.env)) log.warn(warning);
    void warnOfProviders(config, log, this.stopped.signal);
    this.waitingFor = "the caches";
    this.controller = new Controller({
      config: kubeConfig,
      clients: this.clients,
      log,
      metrics: this.metrics,
      resources,
      namespaces,
      platform: { gateways, monitoring, rules },
      sharedOutdated,
      gatewayService: config.gatewayService,
      drift,
      engine: this.engine,
      tags: sources.tags(config),
      remover: sources.remover(config),
      createDocuments: (enqueue) => this.createDocuments(enqueue),
      closing: this.stopped.signal,
    });
    await this.controller.start();
    this.waitingFor = undefined;
  }

  /** Finishes or hands back the runs under way, then ends the engine and closes the health server. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.waitingFor = "the end";
    await this.controller?.stop(this.options.config.shutdownGrace);
    await this.engine.close();
    await this.health?.close();
  }

  private async listen(): Promise<void> {
    this.health = await startHealthServer({
      ...this.options.config.listen,
      registry: this.metrics.registry,
      notReady: () => (this.waitingFor === undefined ? undefined : `waiting for ${this.waitingFor}`),
      remark: () => {
        const condition = this.engine.condition();
        return condition === undefined ? undefined : `engine: ${condition}`;
      },
    });
  }

  /** Waits until the cluster answers and serves a kind of API object; undefined when stopped meanwhile. */
  private async discover(): Promise<Discovered | undefined> {
    const { config, log } = this.options;
    while (!this.stopped.signal.aborted) {
      try {
        const resources = await discoverApiResources(this.clients);
        if (resources.length > 0) {
          const { istio, found } = await this.discoverIstio();
          const sharedOutdated = await isSharedOutdated(this.clients, istio, config.drift);
          if (found !== undefined && found.others.length > 0) {
            const { service, others } = found;
            log.warn({ service, others }, SEVERAL_GATEWAYS);
          }
          return { resources, istio, sharedOutdated };
        }
        this.waitFor("the CRD exposedapis.oda.tmforum.org");
      } catch (error) {
        log.debug({ err: error }, "discovery failed");
        this.waitFor(`the API server: ${messageOf(error)}`);
      }
      await sleep(DISCOVERY_INTERVAL, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
    return undefined;
  }

  private async discoverIstio(): Promise<{ istio: IstioSettings; found: FoundWorkload | undefined }> {
    const { istio, gatewayService, workload: said } = this.options.config;
    const apiVersion = await discoverIstioVersion(this.clients);
    const found = await findGatewayWorkload(this.clients, gatewayService, said);
    const workload = gatewayWorkload(said, found);
    return { istio: { ...istio, apiVersion, ...(workload && { workload }) }, found };
  }

  private createDocuments(enqueue: (keys: readonly ObjectKey[]) => void): Documents {
    const { config, log } = this.options;
    return new Documents({
      folder: join(config.stateDir, "documents"),
      limits: config.documents,
      configMap: (namespace, name) => configMapData(this.clients, namespace, name),
      enqueue,
      log,
    });
  }

  private waitFor(what: string): void {
    if (this.waitingFor !== what) this.options.log.warn(`waiting for ${what}`);
    this.waitingFor = what;
  }
}

function engineOf(config: WatcherConfig, observer: EngineObserver): Promise<Engine> {
  const backend = resolveBackend(config.stateDir, {
    url: config.backendUrl,
    secretsProvider: config.secretsProvider,
    passphraseInEnvironment: config.passphraseInEnvironment,
  });
  const { engine, warmEngine, stateDir, runDeadline, concurrency } = config;
  const wanted = engine === "auto" ? "" : `ODA_ENGINE=${engine}: `;
  return createEngine({
    choice: engine,
    warmEngine,
    stateDir,
    backend,
    deadline: runDeadline,
    grace: RUN_GRACE,
    concurrency,
    ...observer,
  }).catch((error: unknown) => {
    throw new Error(`${wanted}${messageOf(error)}`, { cause: error });
  });
}
