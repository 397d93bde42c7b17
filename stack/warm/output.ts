// What an engine run said, as the CLI prints it: the table of `stack/classify.ts` reads both.
import { type DiagnosticEvent, type EngineEvent, type StepEventMetadata } from "@pulumi/pulumi/automation";

/** Gathers what a run's events say of failures, and its diagnostics. */
export class RunOutput {
  /** Lines of each resource by its heading. */
  private readonly diagnostics = new Map<string, string[]>();
  private readonly progress: string[] = [];

  add({ diagnosticEvent, resOpFailedEvent }: EngineEvent): void {
    if (resOpFailedEvent !== undefined) this.progress.push(failedStep(resOpFailedEvent.metadata));
    // The events also hold what the CLI prints only when it is told to debug.
    if (diagnosticEvent === undefined || (diagnosticEvent.severity as string) === "debug") return;
    const lines = linesOf(diagnosticEvent);
    if (diagnosticEvent.ephemeral === true) {
      this.progress.push(...lines);
      return;
    }
    const heading = headingOf(diagnosticEvent.urn);
    const section = this.diagnostics.get(heading);
    if (section === undefined) this.diagnostics.set(heading, [...lines]);
    else section.push(...lines);
  }

  /** What the CLI would have printed, ending with the error it would have ended with. */
  text(error?: string): string {
    const sections = [...this.diagnostics].flatMap(([heading, lines]) => [
      `  ${heading}:`,
      ...lines.map((line) => `    ${line}`),
      "",
    ]);
    return [
      ...this.progress,
      ...(sections.length > 0 ? ["Diagnostics:", ...sections] : []),
      ...(error === undefined ? [] : [`error: ${error}`]),
      "",
    ].join("\n");
  }
}

/** Lines of a message, the first with its severity. */
function linesOf({ prefix = "", message }: DiagnosticEvent): readonly string[] {
  // Colours are directives such as `<{%fg 1%}>`, see Pulumi's `sdk/go/common/diag/colors`.
  const text = `${prefix}${message}`.replaceAll(/<\{%.*?%\}>/g, "").trimEnd();
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** The line of the CLI's progress for a step that failed, as far as that is read of it. */
function failedStep({ op, urn, type }: StepEventMetadata): string {
  const name = urn.split("::").at(-1) ?? "";
  return op === "delete" ? ` -  ${type} ${name} **deleting failed**` : `    ${type} ${name} **failed**`;
}

/** `type (name)` of a resource, as the CLI heads its diagnostics. */
function headingOf(urn = ""): string {
  const [, , types = "", name = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  return types === "" ? "pulumi:pulumi:Stack" : `${types.split("$").at(-1) ?? ""} (${name})`;
}
