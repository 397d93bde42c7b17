// The watcher as users run it: a process of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { withEngines, type Toolchain } from "./toolchain";
import { until } from "./until";

const root = join(__dirname, "..");

/** One line of the watcher's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** A running watcher process. */
export class WatcherProcess {
  /** Everything it logged so far. */
  readonly log: LogLine[] = [];
  private stderr = "";
  private readonly exited: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    this.exited = new Promise((resolve) =>
      child.once("exit", (code) => {
        resolve(code);
      }),
    );
    let rest = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.log.push(
        ...lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine),
      );
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
  }

  /**
   * Starts a watcher. It may not work yet; see {@link ready}.
   *
   * @param script path of its main module from the root of the project; compiled, it needs no loader
   */
  static start(toolchain: Toolchain, env: NodeJS.ProcessEnv, script = "watcher/main.ts"): WatcherProcess {
    const { PATH, HOME, NODE_V8_COVERAGE, ODA_ENGINE } = process.env;
    const loader = script.endsWith(".ts") ? ["-r", "tsx/cjs"] : [];
    const child = spawn(process.execPath, [...loader, script], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: withEngines(toolchain, PATH),
        HOME,
        ...(NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE }),
        PULUMI_HOME: toolchain.pulumiHome,
        ...(ODA_ENGINE === undefined ? {} : { ODA_ENGINE }),
        ODA_LISTEN: "127.0.0.1:0",
        ...env,
      },
    });
    return new WatcherProcess(child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until `/readyz` says so. */
  async ready(): Promise<this> {
    await until(
      "the watcher is ready",
      async () => {
        if (this.child.exitCode !== null) throw new Error(`the watcher ended: ${this.stderr}`);
        return (await fetch(`${this.url}/readyz`)).ok;
      },
      60_000,
    );
    return this;
  }

  /** Sum of a metric over all label values that match. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return text
      .split("\n")
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  /** Engine runs so far, whatever they did. */
  runs(): Promise<number> {
    return this.metric("oda_engine_runs_total");
  }

  /** Kills it without warning. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  /** Ends it in order. Returns its exit code. */
  async stop(): Promise<number | null> {
    this.child.kill("SIGTERM");
    return this.exited;
  }

  /** Name of the engine that it uses; undefined until it follows the cluster. */
  get engine(): string | undefined {
    const serving = this.log.find(({ msg }) => msg === "serving");
    return serving === undefined ? undefined : String(serving["engine"]);
  }

  get url(): string {
    const started = this.log.find(({ msg }) => msg === "health and metrics");
    if (started === undefined) throw new Error(`the watcher has not said its port yet: ${this.stderr}`);
    return `http://127.0.0.1:${String(started["port"])}`;
  }
}
