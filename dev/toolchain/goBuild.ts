import { copyFile } from "node:fs/promises";
import path from "node:path";
import { ask, runCommand } from "./childProcess";
import { type GoSource } from "./part";
import { isCompatible, VERSIONS, versionIn } from "./versions";

/** The `go` line of the modules under go/. */
export const GO_VERSION = "1.26.0";

/** Flags of the linker: no symbols for a debugger. */
export const STRIP = "-s -w";

/** Flags of the linker for a Pulumi engine. The Automation API refuses one that does not know its version. */
export const PULUMI_LDFLAGS = `${STRIP} -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${VERSIONS.pulumi}`;

/** A Go installation that can build the parts, as an environment for its commands. */
export interface Go {
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
}

/**
 * Looks for Go on `PATH`. One that is too old is still tried, with leave to fetch the version the modules
 * ask for, which Go does from 1.21 on.
 *
 * @throws with what is wrong when there is none or it cannot
 */
export async function findGo(env: NodeJS.ProcessEnv): Promise<Go> {
  const answer = await ask("go", ["env", "GOVERSION"], { ...env, GOTOOLCHAIN: "local" });
  const version = answer === undefined ? undefined : versionIn(answer);
  if (version === undefined) throw new Error("Go is not installed");
  const isNew = isCompatible(version, GO_VERSION);
  if (!isNew && !isCompatible(version, "1.21.0"))
    throw new Error(`Go ${version} is older than ${GO_VERSION}`);
  return {
    version,
    env: {
      ...env,
      // The committed go.sum decides what is built; nothing of the user's settings may change it.
      GOFLAGS: "-mod=readonly -buildvcs=false",
      GOWORK: "off",
      GOTOOLCHAIN: env["GOTOOLCHAIN"] ?? (isNew ? "local" : "auto"),
    },
  };
}

/** Puts one file of a part into `directory`, built or copied from its Go module. */
export async function buildFromGo(
  go: Go,
  source: GoSource,
  directory: string,
  onProgress: (activity: string) => void,
): Promise<void> {
  const cwd = source.module;
  const output = path.join(directory, source.file);
  if ("copy" in source) await copyFromModule(go, source.copy, { cwd, output, onProgress });
  else await build(go, source, { cwd, output, onProgress });
}

interface Target {
  readonly cwd: string;
  readonly output: string;
  readonly onProgress: (activity: string) => void;
}

async function build(
  go: Go,
  { build: target, ldflags, file }: Extract<GoSource, { build: string }>,
  { cwd, output, onProgress }: Target,
): Promise<void> {
  const flags = ["-trimpath"];
  onProgress(`looking for the packages of ${file}`);
  const packages = (
    await runCommand("go", ["list", "-deps", ...flags, target], {
      cwd,
      env: go.env,
      onErrorLine: moduleDownloads(onProgress),
    })
  ).trim();
  const total = packages.split("\n").length;
  const main = packages.slice(packages.lastIndexOf("\n") + 1);
  let compiled = 0;
  const onDownload = moduleDownloads(onProgress);
  // Packages compiled by an earlier build are in Go's cache and are not reported: the count may end early.
  onProgress(`compiling ${file}, at most ${total} packages`);
  await runCommand("go", ["build", "-v", ...flags, "-ldflags", ldflags, "-o", output, target], {
    cwd,
    env: go.env,
    onErrorLine: (line) => {
      if (line === main) onProgress(`linking ${file}`);
      else if (line.startsWith("go: ")) onDownload(line);
      else if (!line.startsWith("#") && !/\s/.test(line)) {
        onProgress(`compiling ${file}, ${++compiled} of at most ${total} packages`);
      }
    },
  });
}

async function copyFromModule(
  go: Go,
  { from, path: file }: Extract<GoSource, { copy: object }>["copy"],
  { cwd, output, onProgress }: Target,
): Promise<void> {
  const answer = await runCommand("go", ["mod", "download", "-json", from], {
    cwd,
    env: go.env,
    onErrorLine: moduleDownloads(onProgress),
  });
  const { Dir: moduleDir } = JSON.parse(answer) as { readonly Dir: string };
  await copyFile(path.join(moduleDir, file), output);
}

function moduleDownloads(onProgress: (activity: string) => void): (line: string) => void {
  let count = 0;
  return (line) => {
    const module = /^go: downloading (\S+)/.exec(line)?.[1];
    if (module !== undefined) onProgress(`downloading Go modules: ${++count}, now ${module}`);
  };
}
