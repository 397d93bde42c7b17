import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { ask } from "./childProcess";
import { type Installed, type Part } from "./part";
import { isCompatible, versionIn } from "./versions";

/** A part that was found, or why what was found cannot be used. */
export type Finding =
  { readonly directory: string; readonly version: string } | { readonly rejected: string };

/**
 * Directories on this machine that hold all files of a part, without asking them anything: from the variable
 * that names the place of such programs, then `PATH`.
 */
export async function candidates({ installed, files }: Part, env: NodeJS.ProcessEnv): Promise<string[]> {
  return installed === undefined ? [] : withFiles(placesToLook(installed, env), files);
}

/** Paths of a program in the directories of `PATH`. */
export async function onPath(program: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  return (await withFiles(searchPath(env), [program])).map((directory) => path.join(directory, program));
}

async function withFiles(directories: readonly string[], files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const directory of new Set(directories)) {
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
    if (installed === undefined || installed.kind === "pulumi-plugin")
      return { directory, version: part.version };
    const [name = ""] = part.files;
    const versionArgs = installed.kind === "program" ? installed.versionArgs : ["--version"];
    const answer = await ask(path.join(directory, name), versionArgs, {
      ...env,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
    const verdict = judge(installed, answer ?? "");
    if ("version" in verdict) return { directory, version: verdict.version };
    reasons.push(`${name} in ${directory} ${verdict.problem}`);
  }
  return { rejected: reasons.length > 0 ? reasons.join("; ") : "not found" };
}

type Verdict = { readonly version: string } | { readonly problem: string };

/** Whether a program can be used that gives this answer when asked for its version. */
function judge(installed: Exclude<Installed, { kind: "pulumi-plugin" }>, answer: string): Verdict {
  if (installed.kind === "warm-engine") return judgeWarmEngine(installed, answer);
  const version = installed.version === undefined ? versionIn(answer) : installed.version.exec(answer)?.[1];
  if (version === undefined) return { problem: "does not answer" };
  if (isCompatible(version, installed.oldest)) return { version };
  return { problem: `is ${version}, ${installed.oldest} or newer is needed` };
}

/** Its answer is a line of JSON: `{"protocol":1,"pulumi":"3.246.0"}`. Nothing but the very version will do. */
function judgeWarmEngine(
  { pulumi, protocol }: Extract<Installed, { kind: "warm-engine" }>,
  answer: string,
): Verdict {
  const says = parse(answer);
  if (says.pulumi === undefined) return { problem: "does not answer" };
  if (says.pulumi !== pulumi) return { problem: `is of Pulumi ${says.pulumi}, ${pulumi} is needed` };
  if (says.protocol === protocol) return { version: pulumi };
  return { problem: `speaks protocol ${says.protocol ?? "?"}, ${protocol} is needed` };
}

function parse(answer: string): { readonly pulumi?: string; readonly protocol?: number } {
  try {
    return JSON.parse(answer) as { pulumi?: string; protocol?: number };
  } catch {
    return {};
  }
}

function placesToLook(installed: Installed, env: NodeJS.ProcessEnv): string[] {
  const pulumiHome = env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi");
  switch (installed.kind) {
    case "pulumi-plugin":
      return [path.join(pulumiHome, "plugins", installed.directory)];
    case "warm-engine":
      return searchPath(env);
    case "program": {
      const named = installed.env === "PULUMI_HOME" ? path.join(pulumiHome, "bin") : env[installed.env ?? ""];
      return [...(named ? [path.resolve(named)] : []), ...searchPath(env)];
    }
  }
}

/** Absolute directories of `PATH`. */
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
