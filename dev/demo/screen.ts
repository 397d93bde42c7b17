// What the demo shows: lines that stay, and below them the table of APIs and the current activity.
import { duration } from "../toolchain/progress";
import { PipeDisplay, TerminalDisplay, type Display, type DisplayStream } from "./display";
import { type Paint, type Row, type Style } from "./table";

/** Milliseconds between two updates of the display. */
const INTERVAL_MS = 100;

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, green: 32, red: 31, yellow: 33 };

/** The demo's output. */
export class Screen {
  /** Whether the table is redrawn in place. */
  readonly isLive: boolean;
  private readonly paint: Paint;
  private readonly display: Display;
  private readonly timer: NodeJS.Timeout;
  private rows: readonly Row[] = [];
  private activity: { readonly text: string; readonly since: number } | undefined;

  /** @param env `NO_COLOR`, `TERM` and `CI` are read */
  constructor(
    stream: DisplayStream,
    env: NodeJS.ProcessEnv,
    private readonly now: () => number = Date.now,
  ) {
    const isSet = (name: string): boolean => (env[name] ?? "") !== "";
    this.isLive = stream.isTTY === true && env["TERM"] !== "dumb" && !isSet("CI");
    const coloured = this.isLive && !isSet("NO_COLOR");
    this.paint = (style, text) => (coloured ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
    this.display = this.isLive
      ? new TerminalDisplay(stream, this.paint, now)
      : new PipeDisplay(stream, this.paint, now);
    this.timer = setInterval(() => {
      this.update();
    }, INTERVAL_MS);
    this.timer.unref();
  }

  /** A line that stays. */
  line(text = ""): void {
    this.display.line(text);
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
    this.update();
  }

  /** The rows of the table. */
  table(rows: readonly Row[]): void {
    this.rows = rows;
    this.update();
  }

  /** Leaves what is shown where it is, and updates it no more. */
  close(): void {
    clearInterval(this.timer);
    this.doing(undefined);
  }

  private update(): void {
    const { rows, activity } = this;
    this.display.update({
      rows,
      activity: activity && `${activity.text} (${duration(this.now() - activity.since)})`,
    });
  }
}
