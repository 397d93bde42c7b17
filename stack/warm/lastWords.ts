// What an engine process said before it ended, in one line.
import { withoutCredentials } from "../redact";

/** Longest text kept: enough for an error, short enough for a log line. */
const MAX_LENGTH = 300;

/** Keeps what explains the end of a process from the lines of its error output. */
export class LastWords {
  private last = "";
  private panic: string | undefined;

  add(line: string): void {
    if (line.trim() === "") return;
    this.last = line;
    // The stacks of all goroutines follow.
    if (/^(panic|fatal error|runtime): /.test(line)) this.panic ??= line;
  }

  /** Empty when nothing was said. */
  get text(): string {
    const text = withoutCredentials(messageOf(this.panic ?? this.last).trim());
    return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  }
}

/** The message of a log line in JSON (`log/slog`), or the line. */
function messageOf(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { readonly msg?: unknown };
    return typeof msg === "string" ? msg : line;
  } catch {
    return line;
  }
}
