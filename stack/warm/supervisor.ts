// Keeps a warm engine process ready: starts it on demand, watches it, replaces it, and lets the CLI stand in for it.
import { version as sdkVersion } from "@pulumi/pulumi/version";
import { type EngineLease, type EngineSource, type RunEnd } from "../address";
import { type BackendSettings } from "../backend";
import { type EngineProcessEvent } from "../engine";
import { TransientError } from "../errors";
import { Crashes } from "./crashes";
import { EngineProcess, EngineStartError } from "./engineProcess";
import { engineEnvironment } from "./environment";
import { defaultLimits, LeasedEngine, type EngineLimits, type EngineWatch } from "./leasedEngine";
import { removeDeadSockets } from "./socket";
import { pause, unlessAborted } from "./waiting";

/** Settings of {@link WarmSource}. */
export interface WarmSourceOptions {
  /** Path of `pulumi-warm-engine`, or a name to find on PATH. */
  readonly command: string;
  /** Release of Pulumi that must be in it; default that of the SDK. */
  readonly release?: string;
  /** Folder of this installation. */
  readonly stateDir: string;
  readonly backend: BackendSettings;
  /** Milliseconds a run may take before it is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking a run to stop and giving it up. */
  readonly grace: number;
  /** Stands in after repeated crashes. It is closed with this source. */
  readonly fallback?: EngineSource;
  readonly limits?: Partial<EngineLimits>;
  /** Called when an engine process starts, or ends otherwise than asked for. */
  readonly onEngine?: (event: EngineProcessEvent) => void;
  /** Called with each line of an engine's error output: log lines in JSON, and what Go prints when it crashes. */
  readonly onLine?: (line: string) => void;
}

/** Milliseconds in which a process ends whose connections were cut off. */
const ENDING = 1000;

/** Gives each run the warm engine, and for a while the CLI where that crashes again and again. */
export class WarmSource implements EngineSource {
  readonly name = "warm";
  private readonly engines = new Set<LeasedEngine>();
  private readonly crashes = new Crashes();
  private readonly closing = new AbortController();
  private readonly watch: EngineWatch;
  private current: LeasedEngine | undefined;
  private starting: Promise<void> | undefined;
  /** Settled when it is known of every engine that cut off a run whether it crashed. */
  private suspicions: Promise<void> = Promise.resolve();
  private fellBack = false;
  /** Settled when the sockets that an earlier process left are gone. */
  private cleared: Promise<void> | undefined;

  constructor(private readonly options: WarmSourceOptions) {
    this.watch = {
      limits: { ...defaultLimits, ...options.limits },
      onRelease: this.onRelease.bind(this),
      onLimit: this.handOver.bind(this),
      onHung: this.onHung.bind(this),
      onLeftRun: this.onLeftRun.bind(this),
    };
  }

  async lease(signal?: AbortSignal): Promise<EngineLease> {
    const { fallback } = this.options;
    const signals = [this.closing.signal, ...(signal ? [signal] : [])];
    for (;;) {
      if (this.isClosed) throw new TransientError("EngineStopped", "the engine is being stopped");
      if (signal?.aborted) throw new TransientError("EngineStopped", "the run was stopped before it began");
      if (this.current?.process.running) return this.current.lease();
      if (fallback !== undefined && this.standsIn) {
        this.fallBack();
        return fallback.lease(signal);
      }
      const failure = await unlessAborted(this.renewed(), signals);
      // Where the CLI can stand in, the next try or the one after it tells.
      if (failure !== undefined && fallback === undefined) {
        throw new TransientError("EngineMissing", failure.message);
      }
    }
  }

  condition(): string | undefined {
    const { why, pause, paused, recent } = this.crashes;
    if (why === undefined) return undefined;
    if (this.current !== undefined) return `the warm engine cannot be renewed: ${why}`;
    if (pause === undefined) {
      return recent ? `the warm engine is down until the next run: ${why}` : undefined;
    }
    if (!this.fellBack) return `the warm engine is down: ${why}`;
    const since = new Date(pause.since).toISOString();
    const until = paused ? `until ${new Date(pause.until).toISOString()}` : "until the next run";
    return `the Pulumi CLI stands in for the warm engine since ${since} ${until}: ${why}`;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.starting?.catch(() => undefined);
    await Promise.all([...this.engines].map((engine) => engine.stop()));
    await this.options.fallback?.close();
  }

  private get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Whether the CLI is to be used now in place of an engine that would have to be started. */
  private get standsIn(): boolean {
    return this.options.fallback !== undefined && this.crashes.paused;
  }

  /** Waits until every crash is counted and, unless there is an engine or the CLI stands in, another has started. */
  private async renewed(): Promise<Error | undefined> {
    await this.current?.process.ended;
    await this.suspicions;
    if (this.current?.process.running || this.standsIn) return undefined;
    return this.start().then(
      () => undefined,
      (error: unknown) => error as Error,
    );
  }

  /** Makes an engine that is new the current one. Starts one at a time. */
  private start(): Promise<void> {
    this.starting ??= this.startNow().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  private async startNow(): Promise<void> {
    const { command, release = sdkVersion, stateDir, backend, onLine = () => undefined } = this.options;
    await this.suspicions;
    await pause(this.crashes.delay, this.closing.signal);
    // Engines may have crashed meanwhile.
    if (this.standsIn) throw new EngineStartError("the Pulumi CLI stands in for the warm engine", false);
    await (this.cleared ??= removeDeadSockets(stateDir));
    const environment = engineEnvironment(backend);
    let process: EngineProcess;
    try {
      const settings = { command, release, stateDir, environment, onLine };
      process = await EngineProcess.start(settings, this.closing.signal);
    } catch (error) {
      if (!this.isClosed) this.didNotStart(error as EngineStartError);
      throw error;
    }
    const engine = new LeasedEngine(process, this.watch);
    this.engines.add(engine);
    void process.ended.then((how) => {
      this.onEnd(engine, how);
    });
    this.current = engine;
    this.crashes.started();
    this.tell("started", `Pulumi ${process.address.version} on ${process.address.socket}`, engine);
    if (this.fellBack) this.tell("cameBack", "the warm engine is there again", engine);
    this.fellBack = false;
  }

  private fallBack(): void {
    if (this.fellBack) return;
    this.fellBack = true;
    this.tell("fellBack", this.condition());
  }

  private didNotStart({ message, final }: EngineStartError): void {
    this.crashes.add(message, 0, final);
    this.tell("crashed", message);
  }

  private crashed(engine: LeasedEngine, why: string): void {
    this.drop(engine);
    this.crashes.add(why, Date.now() - engine.startedAt);
    this.tell("crashed", why, engine);
  }

  private onEnd(engine: LeasedEngine, how: string): void {
    this.engines.delete(engine);
    engine.over();
    if (!engine.isRetired) this.crashed(engine, how);
  }

  private onHung(engine: LeasedEngine, why: string): void {
    if (!engine.isRetired) this.crashed(engine, why);
    engine.kill();
  }

  /** The run may still end when it is asked to, and save its state. */
  private onLeftRun(engine: LeasedEngine, why: string): void {
    this.drop(engine);
    this.tell("stuck", why, engine);
    engine.retire();
  }

  private onRelease(engine: LeasedEngine, end: RunEnd): void {
    if (end === "stuck") this.replace(engine, "a run did not stop when it was asked to");
    if (end === "gone") {
      const [before, suspicion] = [this.suspicions, this.suspect(engine)];
      this.suspicions = before.then(() => suspicion);
    }
  }

  /** A run was cut off: by a crash, which is heard of in a moment, or by an engine that goes on and is not to be trusted. */
  private async suspect(engine: LeasedEngine): Promise<void> {
    this.drop(engine);
    await Promise.race([engine.process.ended, pause(ENDING, this.closing.signal)]);
    if (engine.process.running) this.replace(engine, "it cut off a run");
  }

  /** Starts another engine first, so that no run waits for it. */
  private handOver(engine: LeasedEngine, why: string): void {
    if (engine !== this.current || this.starting !== undefined || this.crashes.paused) return;
    const handOver = async (): Promise<void> => {
      await this.start();
      if (!this.engines.has(engine)) return;
      this.tell("recycled", why, engine);
      engine.retire();
    };
    handOver().catch(() => undefined);
  }

  /** Gives an engine no more runs; the others that it has may end, if they do so in time. */
  private replace(engine: LeasedEngine, why: string): void {
    this.drop(engine);
    if (!engine.isRetired) this.tell("stuck", why, engine);
    engine.retire(this.options.deadline + this.options.grace);
  }

  private drop(engine: LeasedEngine): void {
    if (this.current === engine) this.current = undefined;
  }

  private tell(event: EngineProcessEvent["event"], detail: string | undefined, engine?: LeasedEngine): void {
    this.options.onEngine?.({
      process: "engine",
      event,
      ...(engine && { pid: engine.process.address.pid }),
      ...(detail !== undefined && { detail }),
    });
  }
}
