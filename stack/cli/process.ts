// One Pulumi CLI process: its own session, so that it and its plugins can be stopped together.
import { spawn } from "node:child_process";
import { killSession } from "./session";

/** How a process ended and what it said. */
export interface ProcessResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The deadline passed before the process ended. */
  readonly timedOut: boolean;
}

/** What to run and how long to wait. */
export interface ProcessOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds until the process is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking and killing. */
  readonly grace: number;
  /** Asks the process to stop, as the deadline does. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the pid as soon as the process exists. */
  readonly onStart: (pid: number) => void;
}

/**
 * Runs a command to its end. Output is kept whole; a CLI run prints a few kilobytes.
 *
 * @throws the error of `spawn`, for example ENOENT when the command is missing, or of `onStart`; nothing runs then.
 */
export function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid !== undefined) {
      try {
        options.onStart(pid);
      } catch (error) {
        killSession(pid);
        reject(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }

    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));

    let timedOut = false;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      if (pid === undefined || killTimer !== undefined) return;
      child.kill("SIGINT");
      killTimer = setTimeout(() => {
        killSession(pid);
      }, options.grace);
    };
    const deadlineTimer = setTimeout(() => {
      timedOut = true;
      stop();
    }, options.deadline);
    options.signal?.addEventListener("abort", stop, { once: true });
    if (options.signal?.aborted) stop();

    const settle = (): void => {
      clearTimeout(deadlineTimer);
      clearTimeout(killTimer);
      options.signal?.removeEventListener("abort", stop);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("close", (code, signal) => {
      settle();
      resolve({ code, signal, stdout, stderr, timedOut });
    });
  });
}
