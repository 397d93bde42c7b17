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
import { drift } from "./steps/drift";
import { edit } from "./steps/edit";
import { invalidEdit } from "./steps/invalidEdit";
import { keep } from "./steps/keep";
import { elapsed, readiness } from "./steps/readiness";
import { removal } from "./steps/removal";
import { serve } from "./steps/serve";
import { summary } from "./steps/summary";
import { Interrupted, NotAsPromised, until } from "./wait";
import { WatcherProcess } from "./watcherProcess";

/** Lines of the watcher's log that a failure shows. */
const SHOWN_LINES = 15;

/** Seconds a watcher may take to start. */
const START_DEADLINE = 60;

/** How a run ended. */
export type Outcome = "as promised" | "failed" | "interrupted";

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
   * Runs the demo, shows what was not as promised, and ends everything that it started.
   *
   * @param options with `keep`, stops after the edits and goes on until somebody interrupts it
   */
  async run(options: { readonly keep: boolean }): Promise<Outcome> {
    const problem = await problemOf(() => this.play(options.keep));
    if (problem !== undefined && !(problem instanceof Interrupted)) await this.explain(problem);
    const left = await problemOf(() => this.cleanUp());
    if (left !== undefined) this.showFailure(left);
    else this.screen.line("Everything is stopped, and its files are removed.");
    if (left !== undefined || problem !== undefined) {
      return left === undefined && problem instanceof Interrupted ? "interrupted" : "failed";
    }
    return "as promised";
  }

  private async play(keeps: boolean): Promise<void> {
    const started = performance.now();
    const toolchain = await this.setUp();
    this.listenForSignals();
    const controlPlane = await this.startControlPlane(toolchain);
    const stage = await this.startWatcher(toolchain, controlPlane);
    await serve(stage);
    await readiness(stage);
    await edit(stage);
    await invalidEdit(stage);
    await drift(stage);
    if (keeps) {
      await keep(stage, toolchain, controlPlane);
    } else {
      await removal(stage);
      await summary(stage, started);
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
    await cluster.create(sample.gatewayNamespace);
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
      // A watcher that does not listen yet has no handler for the signal either.
      if (how === "SIGTERM" && !watcher.listens) return;
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
    screen.line(engineLine(await watcher.engine()));
    return { cluster, watcher, apis, sample, screen, stateDir: dir, signal };
  }

  /** The set-up before has its own way with signals. */
  private listenForSignals(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        this.end(new Interrupted(signal));
      });
    }
  }

  private async cleanUp(): Promise<void> {
    this.screen.doing("stopping the watcher and the control plane");
    const problems: (Error | undefined)[] = [];
    for (const cleanUp of this.cleanUps.splice(0).reverse()) problems.push(await problemOf(cleanUp));
    this.screen.doing(undefined);
    this.screen.line();
    const first = problems.find((problem) => problem !== undefined);
    if (first !== undefined) throw first;
  }

  private async explain(problem: Error): Promise<void> {
    const { screen, watcher } = this;
    this.showFailure(problem);
    if (watcher === undefined) return;
    screen.line(`  log of the watcher: ${await watcher.keepLog()}; its last lines:`);
    for (const line of watcher.lastLines(SHOWN_LINES)) screen.line(`    ${line}`);
  }

  private showFailure(problem: Error): void {
    const { screen } = this;
    screen.doing(undefined);
    screen.line();
    screen.failure("FAILED");
    if (problem instanceof NotAsPromised) {
      screen.line(`  expected: ${problem.expected}`);
      screen.line(`  seen:     ${problem.seen.replaceAll("\n", "\n            ")}`);
    } else {
      screen.line(`  ${problem.message}`);
    }
  }
}

/** What a run of the demo takes place in. */
function engineLine(engine: string): string {
  return engine === "warm"
    ? "Pulumi engine: warm, one process for all runs"
    : `Pulumi engine: ${engine}, a process for each run; see docs/toolchain.md for the warm one, which is faster`;
}

/** What went wrong, or undefined when nothing did. */
async function problemOf(act: () => Promise<void> | void): Promise<Error | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
