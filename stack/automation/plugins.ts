// The providers that come with this program, where the engine finds them.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";

/** An entry of `plugins.providers` in Pulumi.yaml: the folder with `pulumi-resource-NAME`. */
export interface ProviderPlugin {
  readonly name: string;
  readonly path: string;
}

/** Main module of the provider of `components/whalecloudApig/`. */
const ENTRY = join(__dirname, "../../provider", `main${extname(__filename)}`);

/**
 * Makes the plugins below `stateDir`, as programs that start this very installation: the same Node, and the same
 * modules, built or not.
 */
export function writePlugins(stateDir: string): readonly ProviderPlugin[] {
  const path = join(stateDir, "plugins");
  const name = "whalecloud-apig";
  const command = [process.execPath, ...loaderOf(ENTRY), ENTRY].map(quoted).join(" ");
  writeProgram(path, `pulumi-resource-${name}`, `#!/bin/sh\nexec ${command} "$@"\n`);
  return [{ name, path }];
}

/** Writes a program where it is not as it should be; never half, because runs of other processes may start it. */
function writeProgram(folder: string, name: string, text: string): void {
  const file = join(folder, name);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  mkdirSync(folder, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text, { mode: 0o755 });
  renameSync(temporary, file);
}

/** A module in TypeScript is loaded by what loads this one. */
function loaderOf(entry: string): readonly string[] {
  return entry.endsWith(".ts") ? ["--require", createRequire(__filename).resolve("tsx/cjs")] : [];
}

/** A word of a shell command (POSIX Shell Command Language, section 2.2.2). */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
