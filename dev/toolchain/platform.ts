import { homedir } from "node:os";
import path from "node:path";

/** The machine the parts are for, in Go's names (`linux`, `darwin`; `amd64`, `arm64`). */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** @throws on Windows, which the servers of the control plane do not support */
export function currentPlatform(): Platform {
  if (process.platform === "win32") {
    throw new Error("The toolchain runs on Linux and macOS. On Windows, use it inside WSL.");
  }
  return { os: process.platform, arch: process.arch === "x64" ? "amd64" : process.arch };
}

/** Where parts are kept: `$ODA_API_CACHE`, else `oda-api` in `$XDG_CACHE_HOME`, else in `~/.cache`. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env["ODA_API_CACHE"]) return path.resolve(env["ODA_API_CACHE"]);
  return path.join(env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "oda-api");
}
