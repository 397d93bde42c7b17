// The watcher as users run it: a process of its own, configured by its environment.
import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import { copyFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { type Readable } from "node:stream";
import { withEngines, type Toolchain } from "../toolchain";

const ROOT = path.join(__dirname, "../..");

/** Seconds the watcher waits for runs under way before it asks them to stop. */
const SHUTDOWN_GRACE = 3;

/** Milliseconds after which a watcher that does not stop is killed. */
const STOP_DEADLINE = 25_000;

/** Lines of the log that are at hand for a failure. */
const KEPT_LINES = 50;

/** What a watcher is started with. */
export interface WatcherSettings {
  readonly toolchain: Toolchain;
  readonly kubeconfig: string;
  /** An existing directory for its state and its log. */
  readonly dir: string;
  /** Called when it ends without having been asked to. */
  readonly onExit: (how: string) => void;
}

/** Engine runs so far: how many by operation, and how many in all. */
export interface EngineRuns {
  readonly total: number;
  readonly byOperation: Readonly<Record<string, number>>;
}

/** A running watcher. */
export class WatcherProcess {
  private readonly lines: string[] = [];
  private readonly logFile: string;
  private readonly ended: Promise<string>;
  private port: number | undefined;
  private stopping = false;

  private constructor(
    private readonly child: ChildProcess,
    { dir, onExit }: WatcherSettings,
  ) {
    this.logFile = path.join(dir, "watcher.log");
    for (const stream of [child.stdout, child.stderr]) if (stream) this.follow(stream);
    this.ended = new Promise((resolve) => {
      child.once("error", (error) => {
        resolve(error.message);
      });
      child.once("close", (code, signal) => {
        resolve(signal ?? `exit code ${code ?? 0}`);
      });
    });
    void this.ended.then((how) => {
      if (!this.stopping) onExit(how);
    });
  }

  /** Starts a watcher; {@link notReady} says when it works. */
  static start(settings: WatcherSettings): WatcherProcess {
    const args = ["--import", "tsx", "--import", "./dev/demo/endWithParent.mjs", "watcher/main.ts"];
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: watcherEnvironment(settings),
      // A process group of its own: Ctrl-C reaches the demo, which stops it in order.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    return new WatcherProcess(child, settings);
  }

  /** Undefined when the watcher works; otherwise what it waits for. */
  async notReady(): Promise<string | undefined> {
    if (this.port === undefined) return "the process starts";
    const response = await fetch(`${this.url}/readyz`);
    return response.ok ? undefined : (await response.text()).trim();
  }

  /** Address of its health and metrics server. */
  get url(): string {
    return `http://127.0.0.1:${this.port ?? 0}`;
  }

  /** Name of the engine that it uses, as its metrics say it: warm or cli. */
  async engine(): Promise<string> {
    const [, engine = "?"] = /^oda_build_info\{[^}]*engine="(\w+)"/m.exec(await this.metrics()) ?? [];
    return engine;
  }

  /** What its metrics say of engine runs. */
  async engineRuns(): Promise<EngineRuns> {
    const text = await this.metrics();
    const byOperation: Record<string, number> = {};
    for (const [, operation = "", count] of text.matchAll(
      /^oda_engine_runs_total\{operation="(\w+)"[^}]*\} (\d+)/gm,
    )) {
      byOperation[operation] = (byOperation[operation] ?? 0) + Number(count);
    }
    return { total: Object.values(byOperation).reduce((sum, count) => sum + count, 0), byOperation };
  }

  /** The last lines of its log. */
  lastLines(count: number): readonly string[] {
    return this.lines.slice(-count);
  }

  /** Copies the log to where it outlives the demo, and returns that place. */
  async keepLog(): Promise<string> {
    const kept = path.join(await mkdtemp(path.join(tmpdir(), "oda-api-demo-")), "watcher.log");
    await copyFile(this.logFile, kept);
    return kept;
  }

  /** Asks it to stop, and kills it when it does not. Says how it ended. */
  async stop(): Promise<string> {
    this.stopping = true;
    this.child.kill("SIGTERM");
    const killer = setTimeout(() => this.child.kill("SIGKILL"), STOP_DEADLINE);
    const how = await this.ended;
    clearTimeout(killer);
    return how;
  }

  /** Whether its health server has answered for it: it handles signals from then on. */
  get listens(): boolean {
    return this.port !== undefined;
  }

  private async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  private follow(stream: Readable): void {
    createInterface({ input: stream }).on("line", (line) => {
      appendFileSync(this.logFile, `${line}\n`);
      this.lines.push(line);
      if (this.lines.length > KEPT_LINES) this.lines.shift();
      const [, port] = /"port":(\d+).*"msg":"health and metrics"/.exec(line) ?? [];
      if (port !== undefined) this.port = Number(port);
    });
  }
}

/** Nothing of the user's own settings for Pulumi, Kubernetes, clouds or this project, but which engine to use. */
function watcherEnvironment({ toolchain, kubeconfig, dir }: WatcherSettings): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, ODA_ENGINE } = process.env;
  return {
    PATH: withEngines(toolchain, PATH),
    ...(HOME === undefined ? {} : { HOME }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...(ODA_ENGINE === undefined ? {} : { ODA_ENGINE }),
    KUBECONFIG: kubeconfig,
    PULUMI_HOME: toolchain.pulumiHome,
    ODA_STATE_DIR: dir,
    ODA_LISTEN: "127.0.0.1:0",
    ODA_SHUTDOWN_GRACE_SECONDS: String(SHUTDOWN_GRACE),
  };
}
