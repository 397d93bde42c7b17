import { cacheDir, currentPlatform } from "./platform";
import { Progress, type ProgressStream } from "./progress";
import { toolchainParts } from "./parts";
import { setUp, type SetUpSettings } from "./setUp";
import { engineLayout, type EngineToolchain, type Toolchain } from "./toolchain";

export { ToolchainError } from "./failure";
export { type EngineToolchain, type Toolchain } from "./toolchain";

/**
 * Makes sure that everything is there that the demo and the end-to-end tests run, and says where. What is
 * missing is downloaded or built, which takes minutes the first time; see docs/toolchain.md.
 *
 * @param options with `log`, progress goes there, a line at a time; else to the error output
 * @throws ToolchainError when parts can be had in no way
 */
export function ensureToolchain(options: { log?: (line: string) => void } = {}): Promise<Toolchain> {
  return setUp({ ...settings(options.log), parts: toolchainParts(currentPlatform()) });
}

/**
 * Makes sure that the engine is there: the Pulumi CLI and its Kubernetes provider.
 *
 * @throws ToolchainError when one of them can be had in no way
 */
export function ensureEngine(): Promise<EngineToolchain> {
  const parts = toolchainParts(currentPlatform()).filter(
    ({ name }) => name === "pulumi" || name === "kubernetes-provider",
  );
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
