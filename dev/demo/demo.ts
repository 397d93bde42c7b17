// The demo from beginning to end: what it starts, the order of its steps, and that nothing of it stays behind.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { startControlPlane, type ControlPlane } from "../controlPlane";
import { ensureToolchain, type Toolchain } from "../toolchain";
import { Apis } from "./apis";
import { Cluster } from "./cluster";
import { gatewayHost, readSample } from "./sample";
import { type Screen } from "./screen";
import { type Stage } from "./stage";
import { edit } from "./steps/edit";
import { invalidEdit } from "./steps/invalidEdit";
import { keep } from "./steps/keep";
import { elapsed, readiness } from "./steps/readiness";
import { removal } from "./steps/removal";
import { serve } from "./steps/serve";
import { summary } from "./steps/summary";
import { NotAsPromised, until } from "./wait";
import { WatcherProcess } from "./watcherProcess";

/** Lines of the watcher's log that a failure shows. */
const SHOWN_LINES = 15;

/** Seconds a watcher may take to start. */
const START_DEADLINE = 60;

/** Somebody, not the demo itself, asked for the end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** One run of the demo. */
export class Demo {
  private readonly ending = new AbortController();
  /** What ends the parts that run; the last one started is ended first. */
  private readonly cleanUps: (() => Promise<void> | void)[] = [];
  private watcher: WatcherProcess | undefined;

  constructor(private readonly screen: Screen) {}

  /** Has {@link run} end soon, with this reason. */
  end(reason: Error): void {
    this.ending.abort(reason);
  }

  /**
   * Runs the demo, and ends everything that it started.
   *
   * @param options with `keep`, stops after the edits and goes on until somebody interrupts it
   * @throws Interrupted when it was asked to end before; otherwise whatever was not as promised, which it has shown
   */
  async run(options: { readonly keep: boolean }): Promise<void> {
    const started = performance.now();
    const toolchain = await this.setUp();
    const forget = this.listenForSignals();
    try {
      await this.play(toolchain, started, options.keep);
      await this.cleanUp();
      this.screen.line();
      this.screen.line("The watcher and the control plane are stopped, and their files are removed.");
    } catch (error) {
      await this.explain(error);
      await this.cleanUp().catch(() => undefined);
      throw error;
    } finally {
      forget();
    }
  }

  /** On a terminal the set-up shows its own progress. */
  private async setUp(): Promise<Toolchain> {
    const { screen } = this;
    if (screen.isLive) return ensureToolchain();
    screen.doing("setting up the toolchain");
    const toolchain = await ensureToolchain({
      log: (line) => {
        screen.line(line);
      },
    });
    screen.doing(undefined);
    return toolchain;
  }

  private async play(toolchain: Toolchain, started: number, keeps: boolean): Promise<void> {
    const controlPlane = await this.startControlPlane(toolchain);
    const stage = await this.startWatcher(toolchain, controlPlane);
    await serve(stage);
    await readiness(stage);
    await edit(stage);
    await invalidEdit(stage);
    if (keeps) {
      await keep(stage, toolchain, controlPlane);
      if (!(this.ending.signal.reason instanceof Interrupted)) this.ending.signal.throwIfAborted();
    } else {
      await removal(stage);
      await summary(stage, started);
    }
  }

  private async startControlPlane(toolchain: Toolchain): Promise<ControlPlane> {
    const { screen } = this;
    const began = performance.now();
    let running = false;
    screen.doing("starting etcd, kube-apiserver and kube-controller-manager");
    const controlPlane = await startControlPlane({
      toolchain,
      log: (line) => {
        if (running) this.end(new Error(line));
        else screen.line(line);
      },
    });
    running = true;
    this.cleanUps.push(async () => {
      await controlPlane.stop();
      if (existsSync(controlPlane.dir)) throw new Error(`${controlPlane.dir} is still there`);
    });
    screen.line(`control plane ready after ${elapsed(began)}`);
    this.ending.signal.throwIfAborted();
    return controlPlane;
  }

  private async startWatcher(toolchain: Toolchain, controlPlane: ControlPlane): Promise<Stage> {
    const { screen } = this;
    const { signal } = this.ending;
    const began = performance.now();
    const sample = await readSample();
    const cluster = new Cluster(controlPlane.kubeconfig);
    await cluster.create(sample.gateway);
    // In the directory that goes with the control plane, even when this process is killed.
    const dir = path.join(controlPlane.dir, "watcher");
    await mkdir(dir);
    const watcher = WatcherProcess.start({
      toolchain,
      kubeconfig: await controlPlane.kubeconfigFor("watcher"),
      dir,
      onExit: (how) => {
        this.end(new NotAsPromised("the watcher to go on running", `it ended with ${how}`));
      },
    });
    this.watcher = watcher;
    this.cleanUps.push(async () => {
      const how = await watcher.stop();
      if (how !== "exit code 0") throw new NotAsPromised("the watcher to stop with exit code 0", how);
    });
    screen.doing("starting the watcher");
    await until(
      { expected: "the watcher to be ready", deadlineSeconds: START_DEADLINE, signal },
      async () => {
        const instead = await watcher.notReady();
        return instead === undefined ? { found: true } : { instead };
      },
    );
    const apis = new Apis(cluster, (rows) => {
      screen.table(rows);
    });
    this.cleanUps.push(() => {
      apis.stop();
    });
    await apis.start();
    screen.doing(undefined);
    screen.line(`watcher ready after ${elapsed(began)}; the gateway's address is ${gatewayHost(sample)}`);
    return { cluster, watcher, apis, sample, screen, stateDir: dir, signal };
  }

  private listenForSignals(): () => void {
    const listener = (signal: NodeJS.Signals): void => {
      this.end(new Interrupted(signal));
      this.screen.doing("stopping");
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  }

  private async cleanUp(): Promise<void> {
    this.screen.doing("stopping the watcher and the control plane");
    const problems: Error[] = [];
    for (const cleanUp of this.cleanUps.splice(0).reverse()) {
      try {
        await cleanUp();
      } catch (error) {
        problems.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.screen.doing(undefined);
    if (problems[0] !== undefined) throw problems[0];
  }

  private async explain(error: unknown): Promise<void> {
    if (error instanceof Interrupted) return;
    const { screen, watcher } = this;
    screen.doing(undefined);
    screen.line();
    screen.failure("FAILED");
    if (error instanceof NotAsPromised) {
      screen.line(`  expected: ${error.expected}`);
      screen.line(`  seen:     ${error.seen.replaceAll("\n", "\n            ")}`);
    } else {
      screen.line(`  ${error instanceof Error ? error.message : String(error)}`);
    }
    if (watcher === undefined) return;
    const log = await watcher.keepLog();
    screen.line(`  log of the watcher: ${log}; its last lines:`);
    for (const line of watcher.lastLines(SHOWN_LINES)) screen.line(`    ${line}`);
  }
}
