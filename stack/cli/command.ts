// What the Automation API calls instead of its own PulumiCommand: the same CLI, with fewer processes.
import { delimiter, dirname, isAbsolute } from "node:path";
import type { SemVer } from "semver";
import {
  answerHere,
  operationOf,
  stackOf,
  succeeded,
  type CommandResult,
  type EngineCommand,
} from "../automation/answered";
import { classifyOutput, lastRetry, notingDeletions } from "../classify";
import { EngineError, TransientError } from "../errors";
import { runOf, type RunJournal } from "./journal";
import { runProcess, type ProcessResult } from "./process";

/** Settings of {@link CliCommand}. */
export interface CliCommandOptions {
  /** Path of the Pulumi CLI, or a name to find on PATH. */
  readonly command: string;
  readonly version: SemVer;
  readonly journal: RunJournal;
  /** Milliseconds a process may take before it is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking a process to stop and killing it. */
  readonly grace: number;
  /** Called for every CLI process, with the operation. */
  readonly onProcess: (operation: string) => void;
}

/**
 * Garbage collection of the CLI and its plugins, unless the environment sets it: they live for less than a second,
 * and collecting a fifth as often takes a tenth off their CPU time.
 */
const GOGC = "400";

/** Exit code of a Go program that panics or runs out of memory; the CLI's own failures have others. */
const GO_CRASH = 2;

/** Operations that take the stack's lock, or remove it. */
const LOCKING: ReadonlySet<string> = new Set(["up", "refresh", "destroy", "cancel"]);

/**
 * Runs the CLI for the Automation API. One process for each run of an existing stack: selecting a stack, its
 * outputs and its history are answered here, and `destroy` removes the stack itself.
 */
export class CliCommand implements EngineCommand {
  readonly command: string;
  readonly version: SemVer;

  constructor(private readonly options: CliCommandOptions) {
    this.command = options.command;
    this.version = options.version;
  }

  /** Signature of `PulumiCommand.run`. @throws the errors of `classifyOutput`, and {@link TransientError}. */
  // eslint-disable-next-line max-params -- the Automation API calls it so
  async run(
    args: readonly string[],
    cwd: string,
    environment: Readonly<Record<string, string>>,
    _onOutput?: (out: string) => void,
    _onError?: (out: string) => void,
    signal?: AbortSignal,
  ): Promise<CommandResult> {
    const answer = answerHere(args);
    if (answer !== undefined) return answer;

    this.options.onProcess(operationOf(args));
    const ended = await this.spawn(adapted(args), cwd, environment, signal);
    if (ended.code === 0) return succeeded(ended.stdout, ended.stderr);
    throw this.failure(ended);
  }

  private async spawn(
    args: readonly string[],
    cwd: string,
    environment: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<ProcessResult> {
    const { journal, deadline, grace } = this.options;
    const run = runOf(cwd, stackOf(args));
    let pid: number | undefined;
    const ended = await runProcess(this.command, args, {
      cwd,
      env: {
        GOGC,
        ...process.env,
        ...environment,
        PATH: pathWithBundledPlugins(this.command),
        PULUMI_AUTOMATION_API: "true",
      },
      deadline,
      grace,
      signal,
      onStart: (started) => {
        pid = started;
        journal.begin(run, started);
      },
    }).catch((error: unknown) => {
      throw startError(this.command, error as NodeJS.ErrnoException);
    });
    // A process that was killed, or crashed, may have left its lock: its entry stays until the lock is seen to.
    if (pid !== undefined && ended.signal === null && ended.code !== GO_CRASH) journal.end(run, pid);
    // An operation that was let in has found no lock: whatever was cut off before it left none.
    if (ended.code === 0 && LOCKING.has(args[0] ?? "")) journal.forgetAbandoned(run);
    return ended;
  }

  private failure(ended: ProcessResult): Error {
    if (ended.timedOut) {
      const seconds = Math.round(this.options.deadline / 1000);
      const reason = lastRetry(ended.stdout);
      const message = `the engine run was stopped after ${seconds} s${reason}`;
      return notingDeletions(new TransientError("DeadlineExceeded", message), ended.stdout);
    }
    if (ended.signal !== null) {
      return new TransientError("EngineStopped", `the engine process was ended by ${ended.signal}`);
    }
    return classifyOutput(`${ended.stdout}\n${ended.stderr}`);
  }
}

function startError(command: string, error: NodeJS.ErrnoException): Error {
  return error.syscall?.startsWith("spawn") === true
    ? new TransientError("EngineMissing", `cannot run ${command}: ${error.message}`)
    : new EngineError(`cannot keep the journal of runs: ${error.message}`);
}

/** Never prompt; never change the selected stack; leave no empty stack behind. */
function adapted(args: readonly string[]): readonly string[] {
  const extra = args[0] === "destroy" ? ["--remove"] : args[1] === "init" ? ["--no-select"] : [];
  return [...args, ...extra, "--non-interactive"];
}

/** The language host and the plugins bundled with the CLI lie beside it. */
function pathWithBundledPlugins(command: string): string {
  const path = process.env["PATH"] ?? "";
  return isAbsolute(command) ? [dirname(command), path].join(delimiter) : path;
}
