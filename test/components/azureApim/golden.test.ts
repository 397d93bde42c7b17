import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documents } from "./combinations";
import { assertAccepted } from "./policyChecks";

const folder = join(__dirname, "golden");

/** `ODA_GOLDEN=write` writes the files: read the difference before it is committed. */
const isWriting = process.env["ODA_GOLDEN"] === "write";

describe("the policy document of an API", () => {
  for (const [name, text] of Object.entries(documents)) {
    const file = join(folder, `${name}.xml`);

    it(`is golden/${name}.xml`, () => {
      if (isWriting) writeFileSync(file, text);
      assert.equal(text, readFileSync(file, "utf8"));
    });

    it(`keeps to Microsoft's policy reference: ${name}`, () => {
      assertAccepted(readFileSync(file, "utf8"));
    });
  }

  it("has no golden file that nothing is compared with", () => {
    assert.deepEqual(
      readdirSync(folder).toSorted(),
      Object.keys(documents)
        .map((name) => `${name}.xml`)
        .toSorted(),
    );
  });
});
