// The table of APIs as text. Pure functions over rows.

/** One API as the table shows it. */
export interface Row {
  readonly name: string;
  readonly gateway?: string;
  readonly url?: string;
  readonly ready?: boolean;
  /** Why it is not ready, in one word. */
  readonly reason?: string;
  /** RFC 3339 time at which the last engine run ended, and whether it did what it should. */
  readonly lastRun?: { readonly at: string; readonly succeeded: boolean };
  /** Seconds from the creation of the object to its URL; while there is none, seconds since the creation. */
  readonly seconds?: number | undefined;
}

/** How text is set off on a terminal. */
export type Style = "bold" | "dim" | "green" | "red" | "yellow";

/** Sets text off, or returns it as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string;

/** How a table is laid out. */
export interface Layout {
  /** Characters in a line; undefined sets no limit. */
  readonly width?: number;
  readonly paint: Paint;
}

interface Column {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  /** Characters it keeps when lines are printed one by one, so that later ones stand below earlier ones. */
  readonly usual: number;
}

const COLUMNS = {
  name: { title: "NAME", text: ({ name }) => name, usual: 27 },
  gateway: { title: "GATEWAY", text: ({ gateway }) => gateway ?? "-", usual: 7 },
  url: { title: "URL", text: ({ url }) => url ?? "-", usual: 58 },
  ready: { title: "READY", text: readyText, style: readyStyle, usual: 22 },
  lastRun: {
    title: "LAST RUN",
    text: lastRunText,
    style: ({ lastRun }) => (lastRun?.succeeded === false ? "red" : undefined),
    usual: 8,
  },
  time: { title: "TIME", text: timeText, usual: 6 },
} as const satisfies Record<string, Column>;

type ColumnName = keyof typeof COLUMNS;

/** What a narrow terminal does without, first to last. */
const DISPENSABLE: readonly ColumnName[] = ["lastRun", "gateway", "time"];

/** The URL is shortened before a column is left out, but not below this. */
const SHORTEST_URL = 24;

const GAP = "  ";

/** A header and a line for each row, none longer than the layout's width. */
export function tableLines(rows: readonly Row[], { width = Infinity, paint }: Layout): string[] {
  const { names, widths } = fit(rows, width);
  return [
    headerLine(names, widths, width, paint),
    ...rows.map((row) => rowLine(row, names, widths, width, paint)),
  ];
}

/** The header for lines from {@link streamLine}. */
export function streamHeader(paint: Paint): string {
  return headerLine(ALL, USUAL_WIDTHS, Infinity, paint);
}

/** One row as a line of its own, for output that is not rewritten. */
export function streamLine(row: Row, paint: Paint): string {
  return rowLine(row, ALL, USUAL_WIDTHS, Infinity, paint);
}

/** Shortens text in its middle: both ends of a URL say something. */
export function ellipsis(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width < 2) return "…".slice(0, Math.max(0, width));
  const head = Math.ceil((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

type Widths = Readonly<Record<ColumnName, number>>;

const ALL = Object.keys(COLUMNS) as ColumnName[];
const USUAL_WIDTHS = mapColumns(({ usual }) => usual);

function fit(rows: readonly Row[], width: number): { names: ColumnName[]; widths: Widths } {
  const natural = mapColumns(({ title, text }) =>
    Math.max(title.length, ...rows.map((row) => text(row).length)),
  );
  const names = [...ALL];
  const total = (url: number): number =>
    names.reduce(
      (sum, name) => sum + (name === "url" ? url : natural[name]),
      GAP.length * (names.length - 1),
    );
  const shortest = Math.min(natural.url, SHORTEST_URL);
  for (const name of DISPENSABLE) {
    if (total(shortest) > width) names.splice(names.indexOf(name), 1);
  }
  const url = Math.max(shortest, natural.url - Math.max(0, total(natural.url) - width));
  return { names, widths: { ...natural, url } };
}

function headerLine(names: readonly ColumnName[], widths: Widths, width: number, paint: Paint): string {
  const cells = names.map((name) => COLUMNS[name].title.padEnd(widths[name]));
  return paint("bold", ellipsis(cells.join(GAP).trimEnd(), width));
}

function rowLine(
  row: Row,
  names: readonly ColumnName[],
  widths: Widths,
  width: number,
  paint: Paint,
): string {
  const texts = names.map((name) => fitted(name, row, widths[name]));
  const plain = texts.join(GAP).trimEnd();
  if (plain.length > width) return ellipsis(plain, width);
  return names
    .map((name, index) => {
      const column: Column = COLUMNS[name];
      const style = column.style?.(row);
      const text = texts[index] ?? "";
      return style === undefined ? text : paint(style, text);
    })
    .join(GAP)
    .trimEnd();
}

function fitted(name: ColumnName, row: Row, width: number): string {
  const text = COLUMNS[name].text(row);
  return (name === "url" && width !== USUAL_WIDTHS.url ? ellipsis(text, width) : text).padEnd(width);
}

function mapColumns(value: (column: Column) => number): Widths {
  return Object.fromEntries(ALL.map((name) => [name, value(COLUMNS[name])])) as Widths;
}

function readyText({ ready, reason }: Row): string {
  if (ready === undefined) return "-";
  return ready ? "True" : `False ${reason ?? ""}`.trimEnd();
}

function readyStyle({ ready }: Row): Style | undefined {
  if (ready === undefined) return undefined;
  return ready ? "green" : "yellow";
}

function lastRunText({ lastRun }: Row): string {
  if (lastRun === undefined) return "-";
  const at = new Date(lastRun.at).toTimeString().slice(0, 8);
  return lastRun.succeeded ? at : `${at} failed`;
}

function timeText({ url, seconds }: Row): string {
  if (seconds === undefined) return "-";
  return url === undefined ? `${Math.floor(seconds)} s …` : `${seconds.toFixed(1)} s`;
}
