// The watcher as it is shipped: compiled, without the development tools in its process.
import { execFile } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "../..");

/**
 * Compiles what is shipped into a new folder. Returns the path of the watcher's main module.
 *
 * @throws Error with the compiler's words.
 */
export async function compileWatcher(dir: string): Promise<string> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const args = [compiler, "-p", join(root, "tsconfig.build.json"), "--outDir", dir];
  await promisify(execFile)(process.execPath, args).catch((error: unknown) => {
    const { stdout } = error as { stdout?: string };
    throw new Error(`the watcher cannot be compiled: ${stdout ?? String(error)}`);
  });
  await symlink(join(root, "node_modules"), join(dir, "node_modules"));
  return join(dir, "watcher/main.js");
}
