import { cacheDir, currentPlatform } from "./platform";
import { Progress, type ProgressStream } from "./progress";
import { type Part, type PartName } from "./part";
import { dataPlaneParts } from "./dataPlaneParts";
import { toolchainParts } from "./parts";
import { setUp, type SetUpSettings } from "./setUp";
import { dataPlaneLayout, engineLayout } from "./toolchain";
import { type DataPlaneToolchain, type EngineToolchain, type Toolchain } from "./toolchain";

export { ToolchainError } from "./failure";
export { withEngines } from "./toolchain";
export { type DataPlaneToolchain, type EngineToolchain, type Toolchain } from "./toolchain";

/** How to set up. */
export interface ToolchainOptions {
  /** Receives progress, a line at a time; without it, progress goes to the error output. */
  readonly log?: (line: string) => void;
  /** Whether to try again what an earlier set-up had to leave out. */
  readonly retry?: boolean;
}

/**
 * Makes sure that everything is there that the demo and the end-to-end tests run, and says where. What is
 * missing is downloaded or built, which takes minutes the first time; see docs/toolchain.md.
 *
 * @throws ToolchainError when parts can be had in no way
 */
export function ensureToolchain({ log, retry = false }: ToolchainOptions = {}): Promise<Toolchain> {
  return setUp({ ...settings(log), retry, parts: toolchainParts(currentPlatform()) });
}

/**
 * The same with Istio's control plane and its proxy, or undefined where one of them can be had in no way.
 *
 * @throws ToolchainError when another part can be had in no way
 */
export async function findDataPlane({ log, retry = false }: ToolchainOptions = {}): Promise<
  DataPlaneToolchain | undefined
> {
  const parts = [...toolchainParts(currentPlatform()), ...dataPlaneParts(currentPlatform())];
  const { istiod, envoy, ...toolchain } = await setUp({ ...settings(log), retry, parts }, dataPlaneLayout);
  return istiod === undefined || envoy === undefined ? undefined : { ...toolchain, istiod, envoy };
}

/**
 * The same, where it must be there.
 *
 * @throws ToolchainError also when Istio's control plane or its proxy can be had in no way
 */
export async function ensureDataPlane(options: ToolchainOptions = {}): Promise<DataPlaneToolchain> {
  const needed = dataPlaneParts(currentPlatform()).map(({ optional: _, ...part }): Part => part);
  const parts = [...toolchainParts(currentPlatform()), ...needed];
  const {
    istiod = "",
    envoy = "",
    ...toolchain
  } = await setUp({ ...settings(options.log), retry: options.retry ?? false, parts }, dataPlaneLayout);
  return { ...toolchain, istiod, envoy };
}

const ENGINE_PARTS: readonly PartName[] = ["pulumi", "kubernetes-provider", "warm-engine"];

/**
 * Makes sure that the engine is there: the Pulumi CLI, its Kubernetes provider and, where it can be built, the
 * warm engine.
 *
 * @throws ToolchainError when one of them can be had in no way
 */
export function ensureEngine(): Promise<EngineToolchain> {
  const parts = toolchainParts(currentPlatform()).filter(({ name }) => ENGINE_PARTS.includes(name));
  return setUp({ ...settings(undefined), parts }, engineLayout);
}

function settings(log: ((line: string) => void) | undefined): Omit<SetUpSettings, "parts"> {
  const stream: ProgressStream = log
    ? {
        write: (text) => {
          log(text.trimEnd());
        },
      }
    : process.stderr;
  return { cache: cacheDir(), env: process.env, progress: new Progress(stream) };
}
