import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";

const TERMINATING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `cleanUp` when this process is about to be ended by a signal, and then lets the signal end it.
 *
 * @returns takes the promise back
 */
export function onTermination(cleanUp: () => void): () => void {
  const handle = (signal: NodeJS.Signals): void => {
    cancel();
    cleanUp();
    process.kill(process.pid, signal);
  };
  const cancel = (): void => {
    for (const signal of TERMINATING) process.off(signal, handle);
  };
  for (const signal of TERMINATING) process.on(signal, handle);
  return cancel;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Receives every line the command writes to its error output. */
  readonly onErrorLine?: (line: string) => void;
}

/**
 * Runs a command to its end and returns what it wrote to its standard output. The command has a process group
 * of its own, which is killed when a signal ends this process: a compiler starts many processes.
 *
 * @throws when it cannot be started or fails, with its last error lines
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { cwd, env, onErrorLine } = options;
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const cancel = onTermination(() => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  });
  const output: string[] = [];
  const lastErrors: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastErrors.push(line);
    if (lastErrors.length > 15) lastErrors.shift();
    onErrorLine?.(line);
  });
  try {
    const code = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exitCode, signal) => {
        resolve(exitCode ?? signal);
      });
    });
    if (code !== 0)
      throw new Error(`${command} ${args[0] ?? ""} failed (${code}):\n${lastErrors.join("\n")}`);
    return output.join("");
  } finally {
    cancel();
  }
}

/** What a program answers on its standard output within 5 s, or undefined when it does not answer. */
export function ask(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 5_000 }, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
  });
}
