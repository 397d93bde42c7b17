import assert from "node:assert/strict";
import { measurements, parseArguments } from "../../../dev/bench/args";

describe("arguments of the benchmark", () => {
  it("measure everything when nothing is asked for", () => {
    assert.deepEqual(parseArguments([]), { only: measurements, quick: false, json: false });
  });

  it("measure only what is asked for, in the usual order", () => {
    const args = ["--only", "memory", "--json", "--only", "engine", "--quick"];
    assert.deepEqual(parseArguments(args), { only: ["engine", "memory"], quick: true, json: true });
  });

  it("name a measurement that there is not, and those that there are", () => {
    assert.throws(() => parseArguments(["--only", "disk"]), {
      message: '--only: "disk" must be one of engine, readiness, idle, memory',
    });
  });

  it("name an option that there is not", () => {
    assert.throws(() => parseArguments(["--fast"]), /'--fast'/);
    assert.throws(() => parseArguments(["engine"]), /'engine'/);
  });

  it("need a measurement after --only", () => {
    assert.throws(() => parseArguments(["--only"]), /'--only <value>' argument missing/);
  });
});
