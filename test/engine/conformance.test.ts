// The warm engine beside the released CLI: the same programs, the same results, and each goes on where the other stopped.
import assert from "node:assert/strict";
import { rows } from "./rows";
import { differences } from "./support/differences";
import { Engines } from "./support/engines";
import { type Recorded } from "./support/recorded";
import { type Row } from "./support/row";
import { type RowResult } from "./support/rowRun";
import { engines as names } from "./support/side";

describe("Both engines", () => {
  let engines: Engines | undefined;

  before(async function () {
    this.timeout(300_000);
    engines = await Engines.start();
    if (engines === undefined) {
      console.log(
        "    NOT RUN: there is no warm engine to compare with the Pulumi CLI; Go is needed to build it",
      );
      this.skip();
    }
    console.log(`    comparing ${engines.title}`);
  });

  after(async function () {
    this.timeout(120_000);
    await engines?.stop();
  });

  for (const [index, row] of rows.entries()) {
    it(row.name, async function () {
      // It may wait for the rows that are done at the same time.
      this.timeout(180_000);
      const { steps, takenOver } = await engines!.result(row, rows.slice(index + 1));
      assertExpected(row, steps.cli);
      assertAlike("in", steps);
      if (row.takeOver === undefined) for (const name of names) assertUnchanged(takenOver[name]);
      assertAlike("in a stack of the other,", takenOver);
    });
  }
});

/** The row is right about the released CLI, so that it is not two failures that are equal. */
function assertExpected({ steps }: Row, recorded: readonly Recorded[]): void {
  assert.deepEqual(
    recorded.map(({ step, outcome }) => `${step}: ${outcome}`),
    steps.map(({ name, expected }) => `${name}: ${expected}`),
  );
}

function assertAlike(what: string, { cli, warm }: RowResult["steps"]): void {
  for (const [index, ofCli] of cli.entries()) {
    const ofWarm = warm[index]!;
    // Where one fails and the other does not, all else differs too.
    const [left, right] = ofCli.outcome === ofWarm.outcome ? [ofCli, ofWarm] : [ofCli, ofWarm].map(outcomeOf);
    const found = differences(left, right, names);
    if (found.length > 0)
      assert.fail(`${what} ${ofCli.step} (${index}): the engines differ in\n${found.join("\n")}`);
  }
}

function outcomeOf({ outcome, error }: Recorded): object {
  return { outcome, error };
}

function assertUnchanged(recorded: readonly Recorded[]): void {
  for (const { step, outcome, error } of recorded) {
    assert.match(
      outcome,
      /^same \d+$/,
      `${step} of a stack that the other engine made: ${error?.message ?? ""}`,
    );
  }
}
