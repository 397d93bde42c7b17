import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventReasons, reasons, wellReasons, type EventReason } from "../../watcher/reasons";
import { remedies } from "../../watcher/remedies";

interface Row {
  readonly seenIn: string;
  readonly meaning: string;
  readonly toDo: string;
}

/** The rows of all tables of reasons, by reason. */
function rowsOf(text: string): ReadonlyMap<string, Row> {
  const cells = text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((row) => row.length === 6);
  return new Map(
    cells.map(([, reason = "", seenIn = "", meaning = "", toDo = ""]) => [
      reason.replaceAll("`", ""),
      { seenIn, meaning, toDo },
    ]),
  );
}

const isWell = (reason: EventReason): boolean => (wellReasons as readonly string[]).includes(reason);

describe("docs/conditions.md", () => {
  const rows = rowsOf(readFileSync(join(__dirname, "..", "..", "docs", "conditions.md"), "utf8"));
  const all: readonly EventReason[] = [...reasons, ...eventReasons];

  for (const reason of all) {
    it(`says what ${reason} means and what to do`, () => {
      const row = rows.get(reason);
      assert.ok(row !== undefined && row.meaning !== "" && row.toDo !== "", `${reason} has no row`);
    });
  }

  for (const reason of reasons) {
    it(`says in which condition ${reason} is seen`, () => {
      assert.match(rows.get(reason)?.seenIn ?? "", /`[A-Z][A-Za-z]+`/);
    });
  }

  for (const reason of eventReasons) {
    it(`says that ${reason} is seen in an Event only`, () => {
      assert.match(rows.get(reason)?.seenIn ?? "", /^Event \((Normal|Warning)\)/);
    });
  }

  it("has no row for a reason that is not there", () => {
    assert.deepEqual(
      [...rows.keys()].filter((reason) => !(all as readonly string[]).includes(reason)),
      [],
    );
  });
});

describe("what a message says to do", () => {
  for (const [reason, remedy] of Object.entries(remedies)) {
    it(`is a short clause for ${reason}`, () => {
      assert.ok(remedy.length > 15 && remedy.length < 220, `${remedy.length}: ${remedy}`);
      assert.match(remedy, /^[^A-Z]|^[A-Z]+_/);
      assert.doesNotMatch(remedy, /[.;\s]$/);
    });
  }

  it("is there for every reason but those that call for nobody", () => {
    const troubles = [...reasons, ...eventReasons].filter((reason) => !isWell(reason));
    assert.deepEqual(Object.keys(remedies).sort(), [...troubles].sort());
  });
});
