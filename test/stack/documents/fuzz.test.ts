import assert from "node:assert/strict";
import * as fc from "fast-check";
import { DocumentError } from "../../../stack/documents";
import { imported, openapi, swagger } from "./examples";

/** Values that a place in a document may be overwritten with. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    "",
    "x",
    "#",
    "#/",
    "#/components/schemas/Category",
    [],
    {},
    [null],
    [[]],
  ),
  fc.constantFrom<unknown>(
    ...[
      "#/paths",
      "#/definitions/Category",
      "#/%",
      "#/~2",
      "x.json#/a",
      "//host/x",
      "javascript:1",
      "#anchor",
    ].map(($ref) => ({ $ref })),
  ),
  fc.constantFrom<unknown>(
    { $ref: 1 },
    { $ref: { $ref: "#" } },
    { $ref: "#" },
    { allOf: [{ $ref: "#" }] },
    { type: ["null"] },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Names that mean something to the language, and to the specifications. */
const name = fc.constantFrom(
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "$ref",
    "x-a",
    "items",
    "schema",
    "parameters",
    "mapping",
  ],
  ...[
    "paths",
    "components",
    "definitions",
    "discriminator",
    "operationId",
    "responses",
    "get",
    "/{id}",
    "enum",
    "const",
  ],
);

interface Change {
  /** Chooses a member at each level. */
  readonly way: readonly number[];
  readonly name: string | undefined;
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  way: fc.array(fc.nat(50), { minLength: 1, maxLength: 12 }),
  name: fc.option(name, { nil: undefined }),
  value: strange,
});

/** A copy of a document in which some places are others. */
function changed(source: unknown, changes: readonly Change[]): unknown {
  const copy = JSON.parse(JSON.stringify(source)) as unknown;
  for (const { way, name: added, value: constant } of changes) {
    // Of its own for each place: a change within it is no change of the others.
    const value = structuredClone(constant);
    let holder = copy as Record<string, unknown>;
    for (const [level, choice] of way.entries()) {
      const keys = Object.keys(holder);
      const key = keys[choice % Math.max(keys.length, 1)];
      const next = key === undefined ? undefined : holder[key];
      const last = level === way.length - 1 || typeof next !== "object" || next === null;
      if (last) {
        Object.defineProperty(holder, added ?? key ?? "x", {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
        break;
      }
      holder = next as Record<string, unknown>;
    }
  }
  return copy;
}

describe("Documents with anything anywhere", () => {
  for (const [what, source] of [
    ["Swagger 2.0", swagger],
    ["OpenAPI 3.0", openapi],
    ["OpenAPI 3.1", { ...openapi, openapi: "3.1.0" }],
  ] as const) {
    it(`are imported or refused: ${what}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          try {
            const { text } = await imported(
              changed(source, changes),
              { "http://host/x": {} },
              "https://specs.test/a/b.json",
            );
            // What was imported is itself a document that can be, and nothing is changed in it any more.
            assert.equal((await imported(text)).text, text);
          } catch (error) {
            const asked = error instanceof Error && error.message.endsWith(" is asked for");
            assert.ok(
              asked || error instanceof DocumentError,
              error instanceof Error ? error.stack : String(error),
            );
          }
          assert.deepEqual(Object.keys(Object.prototype), []);
        }),
        { numRuns: 40 },
      );
    }).timeout(120_000);
  }
});
