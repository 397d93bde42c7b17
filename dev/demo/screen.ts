// Where the demo writes: a terminal whose last lines are redrawn, or a pipe that gets a line for each change.
import { duration } from "../toolchain/progress";
import { ellipsis, streamHeader, streamLine, tableLines, type Paint, type Row, type Style } from "./table";

/** As much of a stream as a screen needs. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Milliseconds between two drawings on a terminal. */
const FRAME_MS = 120;

/** A pipe hears of the current activity when it has heard nothing for so many milliseconds. */
const SILENCE_MS = 1_900;

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, green: 32, red: 31, yellow: 33 };
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;

/** What the demo shows: lines that stay, and below them the table and the current activity. */
export class Screen {
  /** Whether the table is redrawn in place. */
  readonly isLive: boolean;
  private readonly paint: Paint;
  private readonly timer: NodeJS.Timeout;
  private rows: readonly Row[] = [];
  private activity: { readonly text: string; readonly since: number } | undefined;
  /** Lines at the bottom of the terminal that the next drawing replaces. */
  private drawn = 0;
  private frame = 0;
  private lastWrite: number;
  private readonly streamed = new Map<string, string>();

  /** @param env `NO_COLOR`, `TERM` and `CI` are read */
  constructor(
    private readonly stream: ScreenStream,
    env: NodeJS.ProcessEnv,
    private readonly now: () => number = Date.now,
  ) {
    const isSet = (name: string): boolean => (env[name] ?? "") !== "";
    this.isLive = stream.isTTY === true && env["TERM"] !== "dumb" && !isSet("CI");
    const coloured = this.isLive && !isSet("NO_COLOR");
    this.paint = (style, text) => (coloured ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
    this.lastWrite = now();
    this.timer = setInterval(() => {
      this.tick();
    }, FRAME_MS);
    this.timer.unref();
  }

  /** A line that stays. */
  line(text = ""): void {
    if (this.isLive) {
      this.erase();
      this.write(`${text}\n`);
      this.draw();
    } else {
      this.write(`${text}\n`);
    }
  }

  heading(text: string): void {
    this.line();
    this.line(this.paint("bold", text));
  }

  /** Something was as promised. */
  success(text: string): void {
    this.line(`  ${this.paint("green", "✓")} ${text}`);
  }

  /** Something that the reader should know. */
  note(text: string): void {
    this.line(`  ${this.paint("yellow", "!")} ${text}`);
  }

  failure(text: string): void {
    this.line(this.paint("red", text));
  }

  /** What goes on now, until it is said again; undefined when nothing does. */
  doing(text: string | undefined): void {
    this.activity = text === undefined ? undefined : { text, since: this.now() };
    this.draw();
  }

  /** The rows of the table. A pipe gets those that changed. */
  table(rows: readonly Row[]): void {
    this.rows = rows;
    if (this.isLive) this.draw();
    else this.streamChanges();
  }

  /** Leaves the last table where it is and draws no more. */
  close(): void {
    clearInterval(this.timer);
    this.activity = undefined;
    this.draw();
  }

  private tick(): void {
    this.frame++;
    if (this.isLive) {
      this.draw();
    } else if (this.activity !== undefined && this.now() - this.lastWrite >= SILENCE_MS) {
      this.write(`  … ${this.activityText(this.activity)}\n`);
    }
  }

  private streamChanges(): void {
    const known = new Set(this.rows.map(({ name }) => name));
    for (const row of this.rows) {
      // The seconds that pass are no change.
      const line = streamLine(
        row.url === undefined ? { name: row.name, ...withoutTime(row) } : row,
        this.paint,
      );
      if (this.streamed.get(row.name) === line) continue;
      if (this.streamed.size === 0) this.write(`  ${streamHeader(this.paint)}\n`);
      this.streamed.set(row.name, line);
      this.write(`  ${line}\n`);
    }
    for (const name of this.streamed.keys()) {
      if (known.has(name) || this.streamed.get(name) === "") continue;
      this.streamed.set(name, "");
      this.write(`  ${name} is gone\n`);
    }
  }

  private draw(): void {
    if (!this.isLive) return;
    const width = (this.stream.columns ?? 80) - 1;
    const table =
      this.rows.length === 0
        ? []
        : ["", ...tableLines(this.rows, { width: width - 2, paint: this.paint }).map((line) => `  ${line}`)];
    const activity =
      this.activity === undefined
        ? []
        : [this.paint("dim", ellipsis(`${this.spinner()} ${this.activityText(this.activity)}`, width))];
    const lines = [...table, ...activity];
    if (lines.length === 0 && this.drawn === 0) return;
    this.erase();
    this.write(lines.map((line) => `${line}\n`).join(""));
    this.drawn = lines.length;
  }

  private erase(): void {
    if (this.drawn > 0) this.write(`\u001b[${this.drawn}A\u001b[0J`);
    this.drawn = 0;
  }

  private spinner(): string {
    return SPINNER[this.frame % SPINNER.length] ?? "";
  }

  private activityText({ text, since }: { readonly text: string; readonly since: number }): string {
    return `${text} (${duration(this.now() - since)})`;
  }

  private write(text: string): void {
    this.lastWrite = this.now();
    this.stream.write(text);
  }
}

function withoutTime(row: Row): Row {
  const { seconds: _, ...rest } = row;
  return rest;
}
