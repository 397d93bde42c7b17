import assert from "node:assert/strict";
import { document, imported, operation, refusal, type Tree } from "./examples";

/** Schemas of OpenAPI 3.1 as they are imported. */
async function converted(schemas: Readonly<Record<string, unknown>>): Promise<Tree> {
  const { value } = await imported(document({ openapi: "3.1.0", components: { schemas } }));
  return value["components"]!["schemas"]!;
}

describe("OpenAPI 3.1", () => {
  it("is imported as 3.0.3, and so is 3.0.4", async () => {
    for (const openapi of ["3.1.0", "3.1.1", "3.0.4"]) {
      assert.equal((await imported(document({ openapi }))).value["openapi"], "3.0.3");
    }
    assert.equal((await imported(document({ openapi: "3.0.1" }))).value["openapi"], "3.0.1");
  });

  for (const [what, schema, expected] of [
    ["null among types", { type: ["string", "null"] }, { type: "string", nullable: true }],
    [
      "null among alternatives",
      { anyOf: [{ type: "string" }, { type: "null" }] },
      { anyOf: [{ type: "string" }], nullable: true },
    ],
    [
      "several types",
      { type: ["string", "array"] },
      { anyOf: [{ type: "string" }, { type: "array", items: {} }] },
    ],
    ["a constant", { const: "a" }, { enum: ["a"] }],
    ["an exclusive bound", { exclusiveMinimum: 3 }, { minimum: 3, exclusiveMinimum: true }],
    [
      "the stricter of two bounds",
      { maximum: 5, exclusiveMaximum: 7 },
      { maximum: 5, exclusiveMaximum: false },
    ],
    ["examples", { examples: ["a", "b"] }, { example: "a" }],
    ["bytes as text", { type: "string", contentEncoding: "base64" }, { type: "string", format: "byte" }],
    ["a schema that takes all", true, {}],
    ["a schema that takes nothing", false, { not: {} }],
    ["no other members", { additionalProperties: false }, { additionalProperties: false }],
    ["an array of anything", { type: "array", prefixItems: [{}] }, { type: "array", items: {} }],
    [
      "what 3.0 does not know",
      {
        $id: "a",
        $comment: "b",
        if: {},
        then: {},
        unevaluatedProperties: false,
        patternProperties: { a: {} },
      },
      {},
    ],
  ] as const) {
    it(`has ${what} as 3.0 says it`, async () => {
      const { A, B } = await converted({ A: schema, B: { type: "object", properties: { a: schema } } });
      assert.deepEqual(A, expected);
      assert.deepEqual(B!["properties"]!["a"], expected);
    });
  }

  it("has what stands beside a reference hold, and definitions within a schema found", async () => {
    const { B, q } = await converted({
      A: { $defs: { q: { type: "integer" } } },
      B: { $ref: "#/components/schemas/A/$defs/q", description: "One" },
    });
    assert.deepEqual(B, { description: "One", allOf: [{ $ref: "#/components/schemas/q" }] });
    assert.deepEqual(q, { type: "integer" });
  });

  it("leaves data as they are", async () => {
    const { A } = await converted({ A: { default: { const: 1 }, enum: [{ type: ["a"] }] } });
    assert.deepEqual(A, { default: { const: 1 }, enum: [{ type: ["a"] }] });
  });

  it("drops what 3.0 has no place for, and adds the answer that it asks for", async () => {
    const { value } = await imported({
      openapi: "3.1.0",
      info: { title: "t", version: "1", summary: "s", license: { name: "l", identifier: "Apache-2.0" } },
      jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
      webhooks: { changed: { post: operation({}) } },
      paths: { "/a": { get: {} } },
      components: {
        pathItems: { a: {} },
        securitySchemes: { m: { type: "mutualTLS" }, k: { type: "http", scheme: "basic" } },
      },
    });

    assert.deepEqual(value, {
      openapi: "3.0.3",
      info: { title: "t", version: "1", license: { name: "l" } },
      paths: { "/a": { get: { responses: { default: { description: "" } }, operationId: "get-a" } } },
      components: { securitySchemes: { k: { type: "http", scheme: "basic" } } },
    });
  });

  it("is checked by its own rules", async () => {
    const message = await refusal(imported(document({ openapi: "3.1.0", components: { schemas: [] } })));
    assert.match(message, /is not valid: #\/components\/schemas must be object/);
  });
});
