// Two ways to show a view: a terminal whose last lines are redrawn, and a pipe that gets a line for each change.
import { ellipsis, streamHeader, streamLine, tableLines, type Paint, type Row } from "./table";

/** As much of a stream as a display needs. */
export interface DisplayStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What is shown now, below the lines that stay. */
export interface View {
  readonly rows: readonly Row[];
  /** What goes on, and for how long. */
  readonly activity: string | undefined;
}

/** Shows lines that stay and a view that changes. */
export interface Display {
  /** Writes a line that stays. */
  line(text: string): void;
  /** Shows the view. Is called when it changed, and several times a second when it did not. */
  update(view: View): void;
}

/** A pipe hears of the current activity when it has heard nothing for so many milliseconds. */
const SILENCE_MS = 1_900;

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

/** Milliseconds for which a frame of the spinner is shown. */
const FRAME_MS = 100;

/** Redraws the view in place, below the lines that stay. */
export class TerminalDisplay implements Display {
  private view: View = { rows: [], activity: undefined };
  /** Lines that the next drawing replaces. */
  private drawn = 0;

  constructor(
    private readonly stream: DisplayStream,
    private readonly paint: Paint,
    private readonly now: () => number,
  ) {}

  line(text: string): void {
    this.stream.write(`${this.erasure()}${text}\n${this.drawing()}`);
  }

  update(view: View): void {
    this.view = view;
    const erasure = this.erasure();
    const drawing = this.drawing();
    if (erasure !== "" || drawing !== "") this.stream.write(erasure + drawing);
  }

  private erasure(): string {
    const lines = this.drawn;
    this.drawn = 0;
    return lines === 0 ? "" : `\u001b[${lines}A\u001b[0J`;
  }

  private drawing(): string {
    // A terminal of no width is one that does not tell it.
    const { columns = 0 } = this.stream;
    const width = (columns === 0 ? 80 : columns) - 1;
    const { rows, activity } = this.view;
    const lines: string[] = [];
    if (rows.length > 0) {
      const table = tableLines(rows, { width: width - 2, paint: this.paint });
      lines.push("", ...table.map((line) => `  ${line}`));
    }
    if (activity !== undefined) {
      const frame = SPINNER[Math.floor(this.now() / FRAME_MS) % SPINNER.length] ?? "";
      lines.push(this.paint("dim", ellipsis(`${frame} ${activity}`, width)));
    }
    this.drawn = lines.length;
    return lines.map((line) => `${line}\n`).join("");
  }
}

/** Writes a line for each row that changed, and for the activity when nothing else was written for a while. */
export class PipeDisplay implements Display {
  /** The rows as last written; "" for one that is gone. */
  private readonly written = new Map<string, string>();
  private lastWrite: number;

  constructor(
    private readonly stream: DisplayStream,
    private readonly paint: Paint,
    private readonly now: () => number,
  ) {
    this.lastWrite = now();
  }

  line(text: string): void {
    this.lastWrite = this.now();
    this.stream.write(`${text}\n`);
  }

  update({ rows, activity }: View): void {
    for (const row of rows) this.showRow(row);
    const names = rows.map(({ name }) => name);
    for (const [name, line] of this.written) {
      if (names.includes(name) || line === "") continue;
      this.written.set(name, "");
      this.line(`  ${name} is gone`);
    }
    if (activity !== undefined && this.now() - this.lastWrite >= SILENCE_MS) this.line(`  … ${activity}`);
  }

  private showRow(row: Row): void {
    const line = streamLine(row.url === undefined ? withoutTime(row) : row, this.paint);
    if (this.written.get(row.name) === line) return;
    if (this.written.size === 0) this.line(`  ${streamHeader(this.paint)}`);
    this.written.set(row.name, line);
    this.line(`  ${line}`);
  }
}

/** The seconds that pass before there is a URL are no change. */
function withoutTime(row: Row): Row {
  return { ...row, seconds: undefined };
}
