import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { removeInstance } from "./sweep";

/** One server to run: `name` is also the name of its log file in the instance directory. */
export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The only variables it has, beside `HOME` and `TMPDIR`. */
  readonly env?: Readonly<Record<string, string>>;
}

type Report =
  | { ready: true }
  | { started: string; pid: number }
  | { exited: string; code: number | null; signal: string | null };

/**
 * This side of the supervisor process (supervisor.mjs), which runs the servers and outlives this process
 * just long enough to clean up after it.
 */
export class Supervisor {
  private readonly running = new Set<string>();
  private readonly starting = new Map<string, () => void>();
  private stopped: Promise<void> | undefined;

  private constructor(
    private readonly child: ChildProcess,
    readonly dir: string,
    private readonly onExit: (name: string, how: string) => void,
  ) {
    child.on("message", (message) => {
      this.receive(message as Report);
    });
    child.once("exit", () => {
      this.running.clear();
      this.starting.forEach((resolve) => {
        resolve();
      });
    });
  }

  /**
   * @param dir an existing directory of its own: given over to the supervisor, which removes it at the end
   * @param onExit called when a server ends that nobody asked to stop
   */
  static async launch(dir: string, onExit: (name: string, how: string) => void): Promise<Supervisor> {
    const env = { ...process.env };
    delete env["NODE_OPTIONS"]; // a loader or inspector meant for this process
    const child = spawn(process.execPath, [path.join(__dirname, "supervisor.mjs"), dir], {
      // A process group of its own: Ctrl-C in the terminal reaches us first, and we stop it in order.
      detached: true,
      env,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const supervisor = new Supervisor(child, dir, onExit);
    await Promise.race([
      once(child, "message"),
      once(child, "exit").then(() => {
        throw new Error("the supervisor of the local control plane ended before it began");
      }),
    ]);
    return supervisor;
  }

  /** Lets this process exit while the supervisor runs, which then stops everything. */
  unref(): void {
    this.child.unref();
    this.child.channel?.unref();
  }

  /**
   * Starts a server; what it writes goes to `<dir>/<name>.log`. Returns when its process is there, or has
   * already ended.
   */
  start(server: ServerCommand): Promise<void> {
    return new Promise((resolve) => {
      this.running.add(server.name);
      this.starting.set(server.name, resolve);
      this.child.send({ start: server });
    });
  }

  /** Whether a server was started and has not ended since. */
  isRunning(name: string): boolean {
    return this.running.has(name);
  }

  /** The last lines a server wrote, or "" when it wrote none. */
  async lastLines(name: string, count = 8): Promise<string> {
    const text = await readFile(path.join(this.dir, `${name}.log`), "utf8").catch(() => "");
    return text.trimEnd().split("\n").slice(-count).join("\n");
  }

  /** Ends all servers and removes the directory. Calling it again waits for the same end. */
  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private async end(): Promise<void> {
    this.running.clear();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, "exit");
      this.child.ref();
      if (this.child.connected) this.child.send({ stop: true }, () => undefined);
      await exited;
    }
    // Nothing to do here unless the supervisor itself was killed.
    await removeInstance(this.dir);
  }

  private receive(report: Report): void {
    if ("ready" in report) return;
    const name = "started" in report ? report.started : report.exited;
    this.starting.get(name)?.();
    this.starting.delete(name);
    if (!("exited" in report) || !this.running.delete(name)) return;
    const how =
      report.signal ?? (report.code === null ? "it could not be started" : `exit code ${report.code}`);
    this.onExit(name, how);
  }
}
