// What an engine process said before it ended, in one line.
import { withoutCredentials } from "../redact";

/** Longest text kept: enough for an error, short enough for a log line. */
const MAX_LENGTH = 300;

/** Keeps what explains the end of a process from the lines of its error output. */
export class LastWords {
  private last = "";
  private panic = "";

  add(line: string): void {
    // Log lines, in JSON, tell of runs and providers.
    if (line.trim() === "" || line.startsWith("{")) return;
    this.last = line;
    // The stacks of all goroutines follow.
    if (this.panic === "" && /^(panic|fatal error|runtime): /.test(line)) this.panic = line;
  }

  /** How the process ended, in words for people. A process that was killed had no time to say why. */
  ending(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `exit code ${code ?? 0}` : `ended by ${signal}`;
    const said = this.panic !== "" || signal !== null || code === 0 ? this.panic : this.last;
    const text = withoutCredentials(said.trim());
    const short = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
    return short === "" ? how : `${how}: ${short}`;
  }
}
