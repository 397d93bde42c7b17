import assert from "node:assert/strict";
import { Screen } from "../../../dev/demo/screen";
import { type Row } from "../../../dev/demo/table";

const row: Row = { name: "pc-metrics", url: "https://203.0.113.7/pc/metrics", ready: true, seconds: 3 };

/** A screen on a stream that keeps what is written, and a clock that the test moves. */
function screenOn(stream: { isTTY?: boolean; columns?: number }, env: NodeJS.ProcessEnv = {}) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const screen = new Screen({ ...stream, write: (text) => written.push(text) }, env, () => clock.ms);
  return {
    screen,
    clock,
    /** What was written since the last call, with ^ for the character that begins a control sequence. */
    written: () => written.splice(0).join("").replaceAll("\u001b", "^"),
  };
}

describe("The screen of the demo, in a pipe", () => {
  it("writes a row when it changes, below one header", () => {
    const { screen, written } = screenOn({});
    screen.table([row]);
    assert.match(written(), /^ {2}NAME .*\n {2}pc-metrics .* True .*\n$/);
    screen.table([row]);
    assert.equal(written(), "");
    screen.table([{ ...row, ready: false, reason: "NoReadyEndpoint" }]);
    assert.match(written(), /^ {2}pc-metrics .* False NoReadyEndpoint .*\n$/);
    screen.close();
  });

  it("writes nothing for seconds that pass", () => {
    const { screen, written } = screenOn({});
    screen.table([{ name: "pc-metrics", seconds: 1 }]);
    written();
    screen.table([{ name: "pc-metrics", seconds: 2 }]);
    assert.equal(written(), "");
    screen.close();
  });

  it("says once that an API is gone", () => {
    const { screen, written } = screenOn({});
    screen.table([row]);
    written();
    screen.table([]);
    screen.table([]);
    assert.equal(written(), "  pc-metrics is gone\n");
    screen.close();
  });

  it("is not silent for two seconds while something goes on", () => {
    const { screen, clock, written } = screenOn({});
    screen.doing("waiting");
    assert.equal(written(), "");
    clock.ms = 1_950;
    screen.table([]);
    assert.equal(written(), "  … waiting (1s)\n");
    clock.ms = 2_500;
    screen.table([]);
    assert.equal(written(), "");
    screen.close();
  });

  it("has neither colours nor cursor movements", () => {
    for (const [stream, env] of [
      [{}, {}],
      [{ isTTY: true }, { CI: "1" }],
      [{ isTTY: true }, { TERM: "dumb" }],
    ] as const) {
      const { screen, written } = screenOn(stream, env);
      screen.heading("1. Something");
      screen.success("done");
      screen.table([row]);
      screen.close();
      assert.doesNotMatch(written(), /\^/);
    }
  });
});

describe("The screen of the demo, on a terminal", () => {
  it("redraws the table in place and keeps lines above it", () => {
    const { screen, written } = screenOn({ isTTY: true, columns: 120 });
    screen.table([row]);
    assert.match(written(), /^\n {2}\S*NAME[^\n]*\n {2}pc-metrics[^\n]*\n$/);
    screen.line("a line");
    assert.match(written(), /^\^\[3A\^\[0Ja line\n\n {2}\S*NAME[^\n]*\n[^\n]*\n$/);
    screen.close();
  });

  it("draws no line wider than the terminal", () => {
    const { screen, written } = screenOn({ isTTY: true, columns: 40 }, { NO_COLOR: "1" });
    screen.table([row]);
    screen.doing("waiting for something that takes longer to say than the terminal is wide");
    for (const line of written().split("\n")) {
      assert.ok(line.replace(/\^\[\d+[AJ]/g, "").length < 40, line);
    }
    screen.close();
  });

  it("has no colours where NO_COLOR is set", () => {
    const { screen, written } = screenOn({ isTTY: true }, { NO_COLOR: "1" });
    screen.success("done");
    assert.equal(written(), "  ✓ done\n");
    screen.close();
  });

  it("leaves the last table when it closes", () => {
    const { screen, written } = screenOn({ isTTY: true });
    screen.table([row]);
    screen.doing("waiting");
    written();
    screen.close();
    assert.match(written(), /pc-metrics[^\n]*\n$/);
  });
});
