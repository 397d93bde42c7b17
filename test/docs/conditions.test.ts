import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventReasons, reasons } from "../../watcher/reasons";

describe("docs/conditions.md", () => {
  const text = readFileSync(join(__dirname, "..", "..", "docs", "conditions.md"), "utf8");

  for (const reason of [...reasons, ...eventReasons]) {
    it(`says what to do about ${reason}`, () => {
      assert.match(text, new RegExp(`\`${reason}\``));
    });
  }
});
