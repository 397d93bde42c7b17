import { cacheDir, currentPlatform } from "./platform";
import { Progress, type ProgressStream } from "./progress";
import { toolchainParts } from "./parts";
import { setUp } from "./setUp";
import { type Toolchain } from "./toolchain";

export { ToolchainError } from "./failure";
export { type Toolchain } from "./toolchain";

/**
 * Makes sure that everything is there that the demo and the end-to-end tests run, and says where. What is
 * missing is downloaded or built, which takes minutes the first time; see docs/toolchain.md.
 *
 * @param options with `log`, progress goes there, a line at a time; else to the error output
 * @throws ToolchainError when parts can be had in no way
 */
export function ensureToolchain(options: { log?: (line: string) => void } = {}): Promise<Toolchain> {
  const { log } = options;
  const stream: ProgressStream = log
    ? {
        write: (text) => {
          log(text.trimEnd());
        },
      }
    : process.stderr;
  return setUp({
    parts: toolchainParts(currentPlatform()),
    cache: cacheDir(),
    env: process.env,
    progress: new Progress(stream),
  });
}
