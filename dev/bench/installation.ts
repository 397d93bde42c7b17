// A control plane of its own for one measurement, and one installation of the watcher on it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { createClients, type Clients } from "../../watcher/kube/client";
import { startControlPlane, type ControlPlane } from "../controlPlane";
import { type Toolchain } from "../toolchain";
import { WatcherProcess } from "../watcherProcess";
import { AuditReader } from "./audit";

/** The user the watcher and its engine are for the API server. */
export const WATCHER_USER = "watcher";

/** The user a process to compare with is for the API server. */
export const BASELINE_USER = "engine";

/** Where APIs are served; what the watcher must not touch lies elsewhere. */
export const NAMESPACE = "components";

/** The field manager of the statuses that the watcher writes. */
export const WATCHER_MANAGER = "oda-api-watcher";

/** The host of every URL. */
export const PUBLIC_HOSTNAME = "apis.example.org";

/** What a measurement needs to know. */
export interface BenchOptions {
  readonly toolchain: Toolchain;
  readonly quick: boolean;
  /** Runs of a soak, where it is said how many. */
  readonly runs?: number;
  /** Told what is being done. */
  readonly say: (line: string) => void;
}

/** One control plane and the processes that work with it. */
export class Installation {
  /** Administrator's access. */
  readonly kubeConfig = new KubeConfig();
  readonly clients: Clients;
  readonly audit: AuditReader;
  /** Settings of every watcher of this installation. */
  readonly env: Readonly<Record<string, string>>;
  private readonly processes = new Set<WatcherProcess>();

  private constructor(
    private readonly toolchain: Toolchain,
    private readonly controlPlane: ControlPlane,
    /** A folder for anything; it goes with the installation. */
    readonly dir: string,
    kubeconfig: string,
  ) {
    this.kubeConfig.loadFromFile(controlPlane.kubeconfig);
    this.clients = createClients(this.kubeConfig);
    this.audit = new AuditReader(controlPlane.auditLog ?? "");
    this.env = {
      KUBECONFIG: kubeconfig,
      ODA_STATE_DIR: join(dir, "state"),
      APIOPERATORISTIO_PUBLICHOSTNAME: PUBLIC_HOSTNAME,
    };
  }

  /** Makes an installation, gives it to `task` and removes all of it, however the task ends. */
  static async with<Result>(
    { toolchain }: Pick<BenchOptions, "toolchain">,
    task: (installation: Installation) => Promise<Result>,
  ): Promise<Result> {
    const controlPlane = await startControlPlane({ toolchain, audit: true });
    const dir = mkdtempSync(join(tmpdir(), "oda-api-bench-"));
    let installation: Installation | undefined;
    try {
      const kubeconfig = await controlPlane.kubeconfigFor(WATCHER_USER);
      installation = new Installation(toolchain, controlPlane, dir, kubeconfig);
      return await task(installation);
    } finally {
      await installation?.end();
      await controlPlane.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  }

  /**
   * Starts a watcher; it may not work yet.
   *
   * @param script see {@link WatcherProcess.start}
   */
  startWatcher(env: Readonly<Record<string, string>> = {}, script?: string): WatcherProcess {
    const watcher = WatcherProcess.start(this.toolchain, { ...this.env, ...env }, script);
    this.processes.add(watcher);
    return watcher;
  }

  /** Starts a process to compare with the watcher. */
  async startBaseline(script: string, env: Readonly<Record<string, string>>): Promise<WatcherProcess> {
    return this.startWatcher(
      { KUBECONFIG: await this.controlPlane.kubeconfigFor(BASELINE_USER), ...env },
      script,
    );
  }

  async stopWatcher(watcher: WatcherProcess): Promise<void> {
    this.processes.delete(watcher);
    await watcher.stop();
  }

  private async end(): Promise<void> {
    await Promise.all([...this.processes].map((each) => each.stop()));
  }
}
