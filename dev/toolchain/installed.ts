import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { ask } from "./childProcess";
import { type Installed, type Part } from "./parts";
import { isCompatible, versionIn } from "./versions";

/** A part that was found, or why what was found cannot be used. */
export type Finding =
  { readonly directory: string; readonly version: string } | { readonly rejected: string };

/**
 * Directories on this machine that hold all files of a part, without asking them anything: from the variable
 * that names the place of such programs, then `PATH`.
 */
export async function candidates({ installed, files }: Part, env: NodeJS.ProcessEnv): Promise<string[]> {
  if (installed === undefined) return [];
  const found: string[] = [];
  for (const directory of new Set(placesToLook(installed, env))) {
    const executable = await Promise.all(files.map((file) => isExecutable(path.join(directory, file))));
    if (executable.every(Boolean)) found.push(directory);
  }
  return found;
}

/** Takes the first candidate that answers with a version we can use, and says why others were not taken. */
export async function chooseInstalled(
  part: Part,
  found: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Finding> {
  const { installed } = part;
  const reasons: string[] = [];
  for (const directory of found) {
    // The directory of a plugin names its version.
    if (installed?.kind !== "program") return { directory, version: part.version };
    const [name = ""] = part.files;
    const answer = await ask(path.join(directory, name), installed.versionArgs, {
      ...env,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
    const version = answer === undefined ? undefined : versionIn(answer);
    if (version === undefined) reasons.push(`${name} in ${directory} does not answer`);
    else if (isCompatible(version, installed.oldest)) return { directory, version };
    else reasons.push(`${name} in ${directory} is ${version}, ${installed.oldest} or newer is needed`);
  }
  return { rejected: reasons.length > 0 ? reasons.join("; ") : "not found" };
}

function placesToLook(installed: Installed, env: NodeJS.ProcessEnv): string[] {
  const pulumiHome = env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi");
  if (installed.kind === "pulumi-plugin") return [path.join(pulumiHome, "plugins", installed.directory)];
  const named = installed.env === "PULUMI_HOME" ? path.join(pulumiHome, "bin") : env[installed.env];
  return [...(named ? [path.resolve(named)] : []), ...searchPath(env)];
}

function searchPath(env: NodeJS.ProcessEnv): string[] {
  return (env["PATH"] ?? "").split(path.delimiter).filter((directory) => path.isAbsolute(directory));
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
