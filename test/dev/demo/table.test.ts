import assert from "node:assert/strict";
import {
  ellipsis,
  streamHeader,
  streamLine,
  tableLines,
  type Paint,
  type Row,
} from "../../../dev/demo/table";

const plain: Paint = (_style, text) => text;
const marked: Paint = (style, text) => `<${style}>${text}</>`;

const served: Row = {
  name: "pc-productcatalogmanagement",
  gateway: "istio",
  url: "https://203.0.113.7/pc/tmf-api/productCatalogManagement/v4",
  ready: true,
  lastRun: { at: new Date(2026, 0, 2, 3, 4, 5).toISOString(), succeeded: true },
  seconds: 3.24,
};
const waiting: Row = { name: "pc-metrics", seconds: 2.9 };
const unready: Row = { ...served, name: "pc-partyrole", ready: false, reason: "NoReadyEndpoint" };
const failed: Row = { ...served, lastRun: { at: new Date(2026, 0, 2).toISOString(), succeeded: false } };

describe("The table of the demo", () => {
  it("shows name, gateway, URL, readiness, last run and time", () => {
    const [header, line] = tableLines([served], { paint: plain });
    assert.deepEqual(header?.split(/ {2,}/), ["NAME", "GATEWAY", "URL", "READY", "LAST RUN", "TIME"]);
    assert.deepEqual(line?.split(/ {2,}/), [served.name, "istio", served.url, "True", "03:04:05", "3.2 s"]);
  });

  it("shows the seconds that pass while there is no URL", () => {
    const [, line] = tableLines([waiting], { paint: plain });
    assert.deepEqual(line?.split(/ {2,}/), ["pc-metrics", "-", "-", "-", "-", "2 s …"]);
  });

  it("says why an API is not ready, and that a run failed", () => {
    assert.match(tableLines([unready], { paint: plain })[1] ?? "", / False NoReadyEndpoint /);
    assert.match(tableLines([failed], { paint: plain })[1] ?? "", / 00:00:00 failed /);
  });

  it("puts columns below each other", () => {
    const lines = tableLines([served, waiting, unready], { paint: plain });
    const column = lines[0]?.indexOf("READY") ?? -1;
    assert.deepEqual(
      lines.map((line) => line.slice(column, column + 5)),
      ["READY", "True ", "-    ", "False"],
    );
  });

  for (const width of [200, 132, 100, 80, 60, 40, 20, 5]) {
    it(`has no line longer than ${width} characters on a terminal as wide`, () => {
      const lines = tableLines([served, waiting, unready, failed], { width, paint: plain });
      assert.equal(lines.length, 5);
      for (const line of lines) assert.ok(line.length <= width, line);
    });
  }

  it("shortens the URL before it leaves out a column", () => {
    const [header, line] = tableLines([served], { width: 110, paint: plain });
    assert.match(header ?? "", /GATEWAY .* LAST RUN/);
    assert.match(line ?? "", /https:\/\/203\S*…\S*\/v4/);
    assert.doesNotMatch(tableLines([served], { width: 80, paint: plain })[0] ?? "", /LAST RUN/);
  });

  it("colours the text of a cell and leaves the layout alone", () => {
    const [, line] = tableLines([served, unready], { paint: marked });
    assert.match(line ?? "", /<green>True +<\/>/);
    const strip = (text: string): string => text.replace(/<[a-z/]*>/g, "").trimEnd();
    assert.deepEqual(
      tableLines([served, unready], { paint: marked }).map(strip),
      tableLines([served, unready], { paint: plain }),
    );
  });

  it("keeps lines that are printed one by one below each other", () => {
    const column = streamHeader(plain).indexOf("READY");
    assert.equal(streamLine(served, plain).slice(column, column + 4), "True");
    assert.equal(streamLine(unready, plain).slice(column, column + 5), "False");
    assert.equal(streamLine(waiting, plain).slice(column, column + 1), "-");
  });
});

describe("ellipsis", () => {
  it("keeps both ends of a text that is too long", () => {
    assert.equal(ellipsis("abcdefghij", 10), "abcdefghij");
    assert.equal(ellipsis("abcdefghij", 5), "ab…ij");
    assert.equal(ellipsis("abcdefghij", 4), "ab…j");
    assert.equal(ellipsis("abcdefghij", 1), "…");
    assert.equal(ellipsis("abcdefghij", 0), "");
  });
});
