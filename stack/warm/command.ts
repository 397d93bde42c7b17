// What the Automation API calls instead of its own PulumiCommand: each command is one request to the warm engine.
import { SemVer } from "semver";
import { type EngineAddress, StuckRun } from "../address";
import {
  answerHere,
  operationOf,
  succeeded,
  type CommandResult,
  type EngineCommand,
} from "../automation/answered";
import { classifyOutput, lastRetry, notingDeletions } from "../classify";
import { runOf, type RunJournal } from "../cli/journal";
import { EngineError, StackLockedError, TransientError } from "../errors";
import { requestOf, type EngineRequest } from "./arguments";
import { call, type Answer } from "./client";
import { RunOutput } from "./output";
import { type Operation, type RequestBody } from "./protocol";
import { RunGuard } from "./runGuard";

/** Where an engine process is and what is in it. */
export type WarmAddress = Extract<EngineAddress, { readonly kind: "warm" }>;

/** Settings of {@link WarmCommand}. */
export interface WarmCommandOptions {
  readonly address: WarmAddress;
  readonly journal: RunJournal;
  /** Milliseconds an operation may take before it is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking an operation to stop and giving it up. */
  readonly grace: number;
  /** Called for every request, with the operation. */
  readonly onProcess?: (operation: string) => void;
  /**
   * Whether the answers that our programs give themselves need no request, a stack is created with its first run, and
   * `destroy` removes it at once.
   * Default true; false makes it a CLI for any use of the Automation API, save that a stack has no history.
   */
  readonly answersHere?: boolean;
}

/** Kinds of events that are read of the answer to a run. */
const READ = ["diagnosticEvent", "resOpFailedEvent"] as const;

/** Operations that may come before their stack is there. */
const CREATING: ReadonlySet<Operation> = new Set(["up", "preview", "refresh"]);

/** Operations that hold the stack's lock while they are under way, besides those that create it. */
const HOLDING: ReadonlySet<Operation> = new Set(["up", "refresh", "destroy", "remove"]);

/** Operations after whose success no earlier run holds the stack's lock. */
const CLEARING: ReadonlySet<Operation> = new Set(["up", "refresh", "destroy", "cancel"]);

/** Has the warm engine do what the Automation API would have the CLI do. */
export class WarmCommand implements EngineCommand {
  readonly command = "pulumi-warm-engine";
  readonly version: SemVer;
  private readonly answersHere: boolean;
  /** Requests for new stacks, each made with the first run of its stack. */
  private readonly newStacks = new Map<string, RequestBody>();

  constructor(private readonly options: WarmCommandOptions) {
    this.version = new SemVer(options.address.version);
    this.answersHere = options.answersHere ?? true;
  }

  /**
   * Signature of `PulumiCommand.run`. Nothing is told while it runs.
   *
   * @throws the errors of `classifyOutput`, {@link TransientError}, `EngineGone` when the engine's process went away
   * and {@link StuckRun}. EngineError for arguments that the engine does not know.
   */
  // eslint-disable-next-line max-params -- the Automation API calls it so
  async run(
    args: readonly string[],
    cwd: string,
    environment: Readonly<Record<string, string>>,
    _onOutput?: (out: string) => void,
    _onError?: (out: string) => void,
    signal?: AbortSignal,
  ): Promise<CommandResult> {
    const answer = this.answersHere || args[1] === "history" ? answerHere(args) : undefined;
    if (answer !== undefined) return answer;

    const request = this.adapted(requestOf(args, cwd, environment));
    if (request === undefined) return succeeded("");
    if (signal?.aborted) throw new TransientError("EngineStopped", "the run was stopped before it began");
    this.options.onProcess?.(operationOf(args));
    return this.perform(request, signal);
  }

  private async perform(request: EngineRequest, signal: AbortSignal | undefined): Promise<CommandResult> {
    const { deadline, grace } = this.options;
    const output = new RunOutput();
    const guard = new RunGuard({
      deadline,
      grace,
      signal,
      interrupt: (done) => {
        this.interrupt(request, done);
      },
    });
    let answer: Answer;
    try {
      answer = await this.journalled(request, output, guard.signal);
    } catch (error) {
      throw guard.gaveUp ? this.stuck(guard, output) : error;
    } finally {
      guard.end();
    }
    if ("result" in answer) return succeeded(printed(request.operation, answer.result, output));
    const text = output.text(answer.error);
    if (!guard.timedOut) throw classifyOutput(text);
    const message = `the engine run was stopped after ${seconds(deadline)}${lastRetry(text)}`;
    throw notingDeletions(new TransientError("DeadlineExceeded", message), text);
  }

  /** A run without an answer may have left its lock: its entry stays until the lock is seen to. */
  private async journalled(
    { operation, body }: EngineRequest,
    output: RunOutput,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { address, journal } = this.options;
    const run = runOf(body.workDir, body.stack);
    const creates = operation === "init" || body.create === true;
    const holds = creates || HOLDING.has(operation);
    if (holds) this.begin(run);
    const onEvent = output.add.bind(output);
    const answer = await call(address.socket, operation, body, { onEvent, signal });
    if (holds && !mayFollow(creates, answer, output)) journal.end(run, address.pid);
    // An operation that was let in has found no lock: whatever was cut off before it left none.
    if ("result" in answer && CLEARING.has(operation)) journal.forgetAbandoned(run);
    return answer;
  }

  private begin(run: string): void {
    try {
      this.options.journal.begin(run, this.options.address.pid);
    } catch (error) {
      throw new EngineError(`cannot keep the journal of runs: ${(error as Error).message}`);
    }
  }

  private interrupt({ body: { workDir, stack } }: EngineRequest, signal: AbortSignal): void {
    // The end of the run itself tells whether it was heard.
    call(this.options.address.socket, "interrupt", { workDir, stack }, { signal }).catch(() => undefined);
  }

  private stuck({ timedOut }: RunGuard, output: RunOutput): StuckRun {
    const { deadline, grace } = this.options;
    const asked = timedOut ? `after its deadline of ${seconds(deadline)}` : "after it was asked to";
    return new StuckRun(
      `the engine run did not stop within ${seconds(grace)} ${asked}${lastRetry(output.text())}`,
    );
  }

  /** Our stacks come with their first run, which spares a request, and go with their last resource. */
  private adapted({ operation, body }: EngineRequest): EngineRequest | undefined {
    if (!this.answersHere) return { operation, body };
    const run = runOf(body.workDir, body.stack);
    if (operation === "init") {
      this.newStacks.set(run, body);
      return undefined;
    }
    if (operation === "destroy") return { operation, body: { ...body, events: READ, remove: true } };
    if (!CREATING.has(operation)) return { operation, body };
    const created = this.newStacks.get(run);
    this.newStacks.delete(run);
    return { operation, body: { ...created, ...body, events: READ, ...(created && { create: true }) } };
  }
}

/**
 * Whether an earlier run of the stack in the same engine may still have its lock, and needs the entry that both share.
 * Where a stack is to be created, it may fail before it has tried to take the lock.
 */
function mayFollow(creates: boolean, answer: Answer, output: RunOutput): boolean {
  if ("result" in answer) return false;
  return creates || classifyOutput(output.text(answer.error)) instanceof StackLockedError;
}

/** What the CLI prints of a result, where the Automation API reads it. */
function printed(operation: Operation, result: Readonly<Record<string, unknown>>, output: RunOutput): string {
  if (operation === "outputs") return JSON.stringify(result["outputs"]);
  if (operation === "export") return JSON.stringify(result["deployment"]);
  return output.text();
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
