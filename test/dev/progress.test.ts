import assert from "node:assert/strict";
import { duration, Progress } from "../../dev/toolchain/progress";
import { Recorder } from "./support";

describe("Progress", () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
  });

  function progressOn(stream: Recorder): Progress {
    return new Progress(stream, () => now);
  }

  it("rewrites one line on a terminal and replaces it with the result", () => {
    const terminal = new Recorder(true);
    const progress = progressOn(terminal);
    progress.begin("[1/2] etcd 3.6.11");
    progress.update("compiling");
    now = 61_000;
    progress.tick();
    progress.done("built");
    assert.equal(
      terminal.text,
      [
        "\r\u001b[2K[1/2] etcd 3.6.11: compiling (0s)",
        "\r\u001b[2K[1/2] etcd 3.6.11: compiling (1m 1s)",
        "\r\u001b[2K[1/2] etcd 3.6.11: built (1m 1s)\n",
      ].join(""),
    );
  });

  it("never lets a line of a terminal wrap", () => {
    const terminal = new Recorder(true, 20);
    const progress = progressOn(terminal);
    progress.begin("[1/2] etcd 3.6.11");
    progress.update("compiling a long list of packages");
    assert.equal(terminal.text.replace("\r\u001b[2K", "").length, 19);
  });

  it("writes a line at most every ten seconds elsewhere", () => {
    const log = new Recorder();
    const progress = progressOn(log);
    progress.begin("[1/2] etcd 3.6.11");
    for (; now <= 20_000; now += 500) progress.update(`package ${now}`);
    assert.deepEqual(log.lines, [
      "[1/2] etcd 3.6.11: package 0 (0s)",
      "[1/2] etcd 3.6.11: package 10000 (10s)",
      "[1/2] etcd 3.6.11: package 20000 (20s)",
    ]);
  });

  it("has nothing to show between two steps", () => {
    const log = new Recorder();
    const progress = progressOn(log);
    progress.begin("[1/2] etcd 3.6.11");
    progress.update("compiling");
    progress.done("built");
    now = 60_000;
    progress.tick();
    assert.equal(log.lines.length, 2);
  });
});

describe("duration", () => {
  it("gives minutes from one minute on", () => {
    assert.deepEqual([0, 59_999, 60_000, 3_605_000].map(duration), ["0s", "59s", "1m 0s", "60m 5s"]);
  });
});
