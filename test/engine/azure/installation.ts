// An API server, Azure in small, and a Pulumi engine between them.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ApiContext, type GatewaySettings } from "../../../components";
import { startControlPlane, type ControlPlane } from "../../../dev/controlPlane";
import { ensureToolchain, withEngines, type Toolchain } from "../../../dev/toolchain";
import {
  createEngine,
  platformStackName,
  stackName,
  type Engine,
  type EngineName,
  type KeptGateway,
  type PreviewStep,
  type RunOutputs,
  type StackRun,
  type UpOptions,
} from "../../../stack";
import { noRules } from "../../../spec";
import { parse } from "../../spec/examples";
import { FakeArm, PLACE } from "../../support/azure/fakeArm";
import { azureExample } from "../../support/azure/settings";
import { azureEnvironment } from "../../support/azure/standIn";

/** Passphrase of the stacks. */
const PASSPHRASE = "for this test";

/** What an API is, and how it is exposed. */
export interface Exposure {
  /** What differs from the example of `test/spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly gateway: GatewaySettings;
  readonly context?: ApiContext;
  readonly document?: string;
  readonly keep?: KeptGateway;
}

/** What engines read of the environment of this process. */
type Variables = Readonly<Record<string, string>>;

export class AzureInstallation {
  private constructor(
    readonly arm: FakeArm,
    readonly controlPlane: ControlPlane,
    private readonly toolchain: Toolchain,
    private readonly before: NodeJS.ProcessEnv,
  ) {}

  /** Starts everything but an engine. The environment of this process is another until {@link stop}. */
  static async start(): Promise<AzureInstallation> {
    const toolchain = await ensureToolchain();
    const [arm, controlPlane] = await Promise.all([FakeArm.start(), startControlPlane({ toolchain })]);
    const variables: Variables = {
      ...azureEnvironment(arm, withEngines(toolchain, process.env["PATH"])),
      PULUMI_HOME: toolchain.pulumiHome,
      KUBECONFIG: controlPlane.kubeconfig,
    };
    const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
    Object.assign(process.env, variables);
    return new AzureInstallation(arm, controlPlane, toolchain, before);
  }

  /** Starts an engine on a folder of its own; undefined for the warm one where it could not be built. */
  async engine(choice: EngineName, stateDir: string): Promise<StackEngine | undefined> {
    const warmEngine = process.env["ODA_WARM_ENGINE"] ?? this.toolchain.warmEngine;
    if (choice === "warm" && warmEngine === undefined) return undefined;
    const engine = await createEngine({
      choice,
      warmEngine,
      stateDir,
      backend: { url: `file://${stateDir}`, secretsProvider: "passphrase", passphrase: PASSPHRASE },
      deadline: 60_000,
      grace: 10_000,
      concurrency: 2,
    });
    return new StackEngine(engine, stateDir);
  }

  async stop(): Promise<void> {
    for (const [name, value] of Object.entries(this.before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await Promise.all([this.arm.stop(), this.controlPlane.stop()]);
  }
}

/** An engine, and the stacks of APIs in it. */
export class StackEngine {
  constructor(
    private readonly engine: Engine,
    private readonly stateDir: string,
  ) {}

  /** @param signal asks the run to stop */
  up(name: string, exposure: Exposure, options?: UpOptions, signal?: AbortSignal): Promise<RunOutputs> {
    return this.engine.up({ ...run(name, exposure), ...(signal && { signal }) }, options);
  }

  preview(name: string, exposure: Exposure): Promise<readonly PreviewStep[]> {
    return this.engine.preview(run(name, exposure));
  }

  refresh(name: string, exposure: Exposure): Promise<void> {
    return this.engine.refresh(run(name, exposure));
  }

  /** Brings about what all APIs of a gateway share. */
  upPlatform(gateway: GatewaySettings): Promise<RunOutputs> {
    const stack = platformStackName(gateway.type);
    return this.engine.up({ kind: "Platform", stack, known: true, input: { platform: gateway } });
  }

  destroyPlatform(type: GatewaySettings["type"]): Promise<void> {
    return this.engine.destroy({ kind: "Platform", stack: platformStackName(type) });
  }

  destroy(name: string): Promise<void> {
    return this.engine.destroy({ kind: "ExposedAPI", stack: stackName({ namespace: "components", name }) });
  }

  /** The state file of an API, as it lies on the disk. */
  state(name: string): string {
    return this.stateFile("oda-api", stackName({ namespace: "components", name }));
  }

  /** The same of what all APIs of a gateway share. */
  platformState(type: GatewaySettings["type"]): string {
    return this.stateFile("oda-api-platform", platformStackName(type));
  }

  /** Runs commands of the shell with the variables by which the documentation has the Pulumi CLI find the state. */
  async shell(commands: string): Promise<void> {
    const env = {
      ...process.env,
      ODA_STATE_DIR: this.stateDir,
      PULUMI_BACKEND_URL: `file://${this.stateDir}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    await promisify(execFile)("sh", ["-ec", commands], { env });
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  private stateFile(project: string, stack: string): string {
    return readFileSync(join(this.stateDir, ".pulumi", "stacks", project, `${stack}.json`), "utf8");
  }
}

function run(name: string, { spec, annotations, gateway, context, document, keep }: Exposure): StackRun {
  const jwtProviders = gateway.type === "azure-apim" ? gateway.jwt.map((provider) => provider.name) : [];
  const metadata = { name, ...(annotations && { annotations }) };
  const api = parse({ path: `/${name}`, ...spec }, metadata, { ...noRules, jwtProviders });
  const settings = { gateway, ...(context && { context }), ...(keep && { keep }) };
  const input = { api, settings, ...(document !== undefined && { document }) };
  return { kind: "ExposedAPI", stack: stackName(api), known: true, input };
}

/** Settings of the service, with an Ingress for each API. */
export function azureSettings(arm: FakeArm): Extract<GatewaySettings, { readonly type: "azure-apim" }> {
  return azureExample({ ...PLACE, gatewayUrl: arm.gatewayUrl });
}
