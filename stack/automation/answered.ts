// What the Automation API asks its command for, and what a command can answer by itself.
import type { PulumiCommand } from "@pulumi/pulumi/automation";

/** What the Automation API reads of a command that succeeded. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** What the Automation API reads of its `PulumiCommand`. */
export interface EngineCommand extends Pick<PulumiCommand, "command" | "version"> {
  /**
   * Signature of `PulumiCommand.run`.
   *
   * @throws the errors of `stack/errors.ts`, those of `stack/classify.ts`, and `EngineGone`.
   */
  run(
    args: readonly string[],
    cwd: string,
    environment: Readonly<Record<string, string>>,
    onOutput?: (out: string) => void,
    onError?: (out: string) => void,
    signal?: AbortSignal,
  ): Promise<CommandResult>;
}

/** Answers that the inline program itself has given already, and a removal that `destroy --remove` has done. */
const answers: ReadonlyMap<string, string> = new Map([
  ["stack select", ""],
  ["stack output", "{}"],
  ["stack history", "[]"],
  ["stack rm", ""],
]);

/** The answer to a command that needs no engine; undefined when it needs one. */
export function answerHere(args: readonly string[]): CommandResult | undefined {
  const answer = answers.get(args.slice(0, 2).join(" "));
  return answer === undefined ? undefined : succeeded(answer);
}

/** The result of a command that succeeded and printed this. */
export function succeeded(stdout: string, stderr = ""): CommandResult {
  return { stdout, stderr, code: 0 };
}

/** What a command does, for logs and metrics: up, preview, refresh, destroy, init, cancel … */
export function operationOf(args: readonly string[]): string {
  const [first = "", second = ""] = args;
  return first === "stack" ? second : first;
}

/** The stack a command works on: an argument of `stack init`, an option elsewhere. */
export function stackOf(args: readonly string[]): string {
  const option = args.indexOf("--stack");
  return (option === -1 ? args[2] : args[option + 1]) ?? "";
}
