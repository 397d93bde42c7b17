import assert from "node:assert/strict";
import { parseArguments } from "../../../dev/bench/args";

describe("arguments of the benchmark", () => {
  it("measure everything but the soak when nothing is asked for", () => {
    const only = ["engine", "readiness", "idle", "memory"];
    assert.deepEqual(parseArguments([]), { only, quick: false, json: false });
  });

  it("measure only what is asked for, in the usual order", () => {
    const args = ["--only", "memory", "--json", "--only", "engine", "--quick"];
    assert.deepEqual(parseArguments(args), { only: ["engine", "memory"], quick: true, json: true });
  });

  it("name a measurement that there is not, and those that there are", () => {
    assert.throws(() => parseArguments(["--only", "disk"]), {
      message: '--only: "disk" must be one of engine, readiness, idle, memory, soak',
    });
  });

  it("say how many runs a soak has", () => {
    const { only, runs } = parseArguments(["--only", "soak", "--runs", "5000"]);
    assert.deepEqual([only, runs], [["soak"], 5000]);
    assert.throws(() => parseArguments(["--only", "soak", "--runs", "0"]), /--runs: "0" must be/);
    assert.throws(() => parseArguments(["--runs", "10"]), /--runs needs --only soak/);
  });

  it("name an option that there is not", () => {
    assert.throws(() => parseArguments(["--fast"]), /'--fast'/);
    assert.throws(() => parseArguments(["engine"]), /'engine'/);
  });

  it("need a measurement after --only", () => {
    assert.throws(() => parseArguments(["--only"]), /'--only <value>' argument missing/);
  });
});
