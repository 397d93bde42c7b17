// The engines that are compared, made ready for the suite.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { startControlPlane, type ControlPlane } from "../../../dev/controlPlane";
import { ensureToolchain, withEngines, type Toolchain } from "../../../dev/toolchain";
import { VERSIONS } from "../../../dev/toolchain/versions";
import { EngineProcess } from "../../../stack/warm/engineProcess";
import { engineEnvironment } from "../../../stack/warm/environment";
import { Drivers } from "./drivers";
import { type Row } from "./row";
import { type RowResult } from "./rowRun";
import { PASSPHRASE, stateDir } from "./side";

/** Rows that are done at a time. */
const PARALLEL = 3;

/** The suite's cluster, its warm engine, and the processes that do its rows. */
export class Engines {
  private stopping = false;

  private constructor(
    /** Which engines these are. */
    readonly title: string,
    private readonly drivers: Drivers,
    private readonly dir: string,
    private readonly warm: EngineProcess,
    private readonly controlPlane: ControlPlane,
  ) {
    void warm.ended.then((how) => {
      if (!this.stopping) console.log(`    the warm engine ended: ${how}`);
    });
  }

  /** Undefined where there is no warm engine to compare. */
  static async start(): Promise<Engines | undefined> {
    const toolchain = await ensureToolchain();
    const warmEngine = process.env["ODA_WARM_ENGINE"] ?? toolchain.warmEngine;
    if (warmEngine === undefined) return undefined;
    const controlPlane = await startControlPlane({ toolchain });
    const dir = mkdtempSync(join(tmpdir(), "oda-api-conformance-"));
    try {
      for (const engine of ["cli", "warm"] as const) mkdirSync(stateDir(dir, engine), { recursive: true });
      const env = environment(toolchain, controlPlane);
      const warm = await startWarmEngine(warmEngine, dir, env);
      const suite = { dir, kubeconfig: controlPlane.kubeconfig, warm: warm.address };
      const { stdout } = await promisify(execFile)(toolchain.pulumi, ["version"], { env });
      const title = `the Pulumi CLI ${stdout.trim()} and the warm engine with Pulumi v${warm.address.version}`;
      return new Engines(title, new Drivers(suite, env, PARALLEL), dir, warm, controlPlane);
    } catch (error) {
      await controlPlane.stop();
      throw error;
    }
  }

  /** What came of a row. Those that come after it are begun as far as there is room. */
  result(row: Row, next: readonly Row[]): Promise<RowResult> {
    for (const { name } of [row, ...next.slice(0, PARALLEL - 1)]) void this.drivers.result(name);
    return this.drivers.result(row.name);
  }

  async stop(): Promise<void> {
    await this.drivers.stop();
    this.stopping = true;
    await this.warm.stop();
    await this.controlPlane.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function environment(toolchain: Toolchain, { kubeconfig }: ControlPlane): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // Processes of the CLI live for a second.
    GOGC: "1000",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PATH: withEngines(toolchain, process.env["PATH"]),
    PULUMI_HOME: toolchain.pulumiHome,
    KUBECONFIG: kubeconfig,
  };
}

function startWarmEngine(command: string, dir: string, env: NodeJS.ProcessEnv): Promise<EngineProcess> {
  const backend = {
    url: pathToFileURL(stateDir(dir, "warm")).href,
    secretsProvider: "passphrase",
    passphrase: PASSPHRASE,
  };
  return EngineProcess.start({
    command,
    release: VERSIONS.pulumi,
    stateDir: join(dir, "warm"),
    environment: engineEnvironment(backend, env),
    onLine: () => undefined,
  });
}
