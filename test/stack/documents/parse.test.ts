import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseText } from "../../../stack/documents/parse";
import { refusal } from "./examples";

const parsed = (text: string): unknown => JSON.parse(JSON.stringify(parseText(Buffer.from(text))));

const refused = (bytes: string | Uint8Array): Promise<string> =>
  refusal(Promise.resolve().then(() => parseText(Buffer.from(bytes))));

describe("parseText", () => {
  it("takes JSON and YAML, with and without a byte order mark", () => {
    for (const text of ['{"a": [1, null]}', "a: [1, null]", "a:\n- 1\n- ~\n", "{a: [1, null]}"]) {
      assert.deepEqual(parsed(text), { a: [1, null] });
      assert.deepEqual(parsed(`\ufeff${text}`), { a: [1, null] });
    }
  });

  it("resolves aliases and merge keys", () => {
    assert.deepEqual(parsed("x: &x {a: 1}\ny: {<<: *x, b: 2}\nz: *x"), {
      x: { a: 1 },
      y: { a: 1, b: 2 },
      z: { a: 1 },
    });
  });

  it("takes an anchor that is used often", () => {
    const uses = Array.from({ length: 3000 }, (_, index) => `k${index}: *a`).join("\n");
    assert.equal(Object.keys(parsed(`a: &a {x: 1}\n${uses}`) as object).length, 3001);
  });

  for (const [what, text] of [
    ["an alias of itself", "a: &a [*a]"],
    ["an alias without anchor", "a: *a"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.match(
        await refused(text),
        /has aliases in its YAML that cannot be resolved|more than 200 levels/,
      );
    });
  }

  it("refuses aliases that multiply", async () => {
    const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
    for (let level = 1; level < 9; level++) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(",")}]`);
    }
    assert.match(await refused(lines.join("\n")), /has aliases|has more than 2000000 values/);
  });

  it("refuses a key that occurs twice in YAML, and says where; of JSON the last counts", async () => {
    assert.match(await refused("a: 1\nb:\n  c: 1\n  c: 2\n"), /at line 4, column 3 \(DUPLICATE_KEY\)/);
    assert.deepEqual(parsed('{"a": 1, "a": 2}'), { a: 2 });
  });

  it("looks through many keys without comparing each with each", () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`).join("\n");
    assert.equal(Object.keys(parsed(keys) as object).length, 50_000);
  });

  it("tells where something is wrong, and nothing of what is there", async () => {
    const message = await refused('{"password": "secret", oops');
    assert.match(message, /is neither JSON nor YAML at line 1, column \d+/);
    assert.doesNotMatch(message, /secret|oops|password/);
  });

  it("refuses what is not UTF-8", async () => {
    assert.match(await refused(Buffer.from("\ufeff{}", "utf16le")), /is not text in UTF-8/);
    assert.match(await refused(Buffer.from([0x7b, 0xff, 0x7d])), /is not text in UTF-8/);
  });

  it("refuses levels without end", async () => {
    for (const text of [
      "[".repeat(100_000),
      `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
      "- ".repeat(5_000),
    ]) {
      assert.match(await refused(text), /has more than 200 levels|neither JSON nor YAML/);
    }
  });

  it("gives objects without a prototype, in which every key is data", () => {
    for (const text of ['{"__proto__": {"polluted": true}}', "__proto__: {polluted: true}"]) {
      const value = parseText(Buffer.from(text)) as Record<string, unknown>;
      assert.deepEqual(Object.keys(value), ["__proto__"]);
      assert.equal(value["polluted"], undefined);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    }
  });

  it("fails only as a document may, whatever it is given", () => {
    const piece = fc.constantFrom(
      ...[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "-",
        "&a",
        "*a",
        "<<",
        "?",
        "|",
        ">",
        "!!set",
        "%TAG",
        "---",
        "\n",
        " ",
        '"',
      ],
      ...["\t", "'", "#", "\u0000", "\ud800", "\u2028", "a", "1e999", "0x1", "null", "~", "$ref"],
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (given) => {
        try {
          JSON.stringify(parseText(Buffer.from(given)));
        } catch (error) {
          assert.equal((error as Error).name, "DocumentError", String((error as Error).stack));
        }
      }),
      { numRuns: 2000 },
    );
  }).timeout(30_000);
});
