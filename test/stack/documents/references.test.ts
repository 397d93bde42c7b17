import assert from "node:assert/strict";
import { document, imported, operation, refusal } from "./examples";

const MAIN = "http://specs.test/api/main.json";
const SCHEMAS = "http://specs.test/api/schemas.yaml";

describe("References of a document", () => {
  it("brings the schemas of another document into this one, with those that they refer to", async () => {
    const main = document({ paths: { "/a": { get: operation({ $ref: "schemas.yaml#/Pet" }) } } });
    const schemas = `
      Pet: {type: object, properties: {tag: {$ref: '#/Tag'}, owner: {$ref: 'schemas.yaml#/Owner'}}}
      Tag: {type: string}
      Owner: {type: object, discriminator: {propertyName: t, mapping: {a: '#/Tag'}}}`;
    const { value } = await imported(main, { [SCHEMAS]: schemas }, MAIN);

    assert.deepEqual(value["paths"]!["/a"]!["get"]!["responses"]!["200"]!["content"], {
      "application/json": { schema: { $ref: "#/components/schemas/Pet" } },
    });
    assert.deepEqual(value["components"]!["schemas"], {
      Pet: {
        type: "object",
        properties: {
          tag: { $ref: "#/components/schemas/Tag" },
          owner: { $ref: "#/components/schemas/Owner" },
        },
      },
      Tag: { type: "string" },
      Owner: {
        type: "object",
        discriminator: { propertyName: "t", mapping: { a: "#/components/schemas/Tag" } },
      },
    });
  });

  it("names a schema of another document otherwise where the name is taken", async () => {
    const schemas = { Pet: { type: "object", properties: { other: { $ref: "schemas.yaml#/Pet" } } } };
    const { value } = await imported(
      document({ components: { schemas } }),
      { [SCHEMAS]: "Pet: {type: string}" },
      MAIN,
    );

    assert.deepEqual(value["components"]!["schemas"], {
      Pet: { type: "object", properties: { other: { $ref: "#/components/schemas/Pet_2" } } },
      Pet_2: { type: "string" },
    });
  });

  it("knows itself in the references of another document, and cuts the circle", async () => {
    const main = document({
      components: { schemas: { A: { properties: { b: { $ref: "schemas.yaml#/B" } } } } },
    });
    const other = "B: {properties: {a: {$ref: 'main.json#/components/schemas/A'}}}";
    const { value } = await imported(main, { [SCHEMAS]: other }, MAIN);

    const { A, B } = value["components"]!["schemas"]!;
    assert.deepEqual(A, { properties: { b: { $ref: "#/components/schemas/B" } } });
    assert.match(JSON.stringify(B), /Any value: A contains itself/);
  });

  it("takes whole documents, and documents that refer to each other in a circle", async () => {
    const main = document({ paths: { "/a": { $ref: "paths.json" } } });
    const others = {
      "http://specs.test/api/paths.json": { get: operation({ $ref: "deep/one.json" }) },
      "http://specs.test/api/deep/one.json": { type: "object", properties: { two: { $ref: "two.json" } } },
      "http://specs.test/api/deep/two.json": { type: "array", items: { $ref: "one.json" } },
    };
    const { value } = await imported(main, others, MAIN);

    assert.deepEqual(value["components"]!["schemas"]!["one"], {
      type: "object",
      properties: { two: { $ref: "#/components/schemas/two" } },
    });
    assert.match(JSON.stringify(value["components"]!["schemas"]!["two"]), /Any value: one contains itself/);
  });

  it("makes a schema of its own of a part of another", async () => {
    const schemas = {
      A: { type: "object", properties: { "x/y": { type: "string" } } },
      B: { $ref: "#/components/schemas/A/properties/x~1y" },
    };
    const { value } = await imported(document({ components: { schemas } }));

    assert.deepEqual(value["components"]!["schemas"]!["B"], { $ref: "#/components/schemas/x_y" });
    assert.deepEqual(value["components"]!["schemas"]!["x_y"], { type: "string" });
  });

  it("follows a pointer through a reference", async () => {
    const schemas = {
      A: { $ref: "#/components/schemas/B" },
      B: { type: "object", properties: { c: { type: "integer" } } },
      D: { $ref: "#/components/schemas/A/properties/c" },
    };
    const { value } = await imported(document({ components: { schemas } }));

    assert.deepEqual(value["components"]!["schemas"]!["c"], { type: "integer" });
  });

  it("refuses a reference that leads nowhere, and says where it is", async () => {
    const get = operation({ $ref: "#/components/schemas/Missing" });
    assert.equal(
      await refusal(imported(document({ paths: { "/a": { get } } }))),
      "DocumentInvalid: has a reference that leads nowhere at " +
        "#/paths/~1a/get/responses/200/content/application~1json/schema: #/components/schemas/Missing",
    );
  });

  it("refuses references to other documents in what has no address", async () => {
    const get = operation({ $ref: "schemas.yaml#/Pet" });
    assert.match(
      await refusal(imported(document({ paths: { "/a": { get } } }))),
      /refers to another document at #\/paths.* \(schemas\.yaml\), relative to no address/,
    );
  });

  it("refuses a circle of what is no schema", async () => {
    const parameters = { a: { $ref: "#/components/parameters/b" }, b: { $ref: "#/components/parameters/a" } };
    assert.match(
      await refusal(imported(document({ components: { parameters } }))),
      /has references that lead in a circle at #\/components\/parameters/,
    );
  });

  it("shows no user, password or query of a reference", async () => {
    const get = operation({ $ref: "https://u:secret@specs.test/a.json?token=secret#/b c" });
    const message = await refusal(
      imported(document({ paths: { "/a": { get } } }), {
        "https://u:secret@specs.test/a.json?token=secret": {},
      }),
    );

    assert.match(message, /leads nowhere at .*https:\/\/specs\.test\/a\.json/);
    assert.doesNotMatch(message, /secret/);
  });

  it("refuses references that multiply without end", async () => {
    const callbacks = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => {
        const next = { a: { $ref: `#/components/callbacks/c${index + 1}` } };
        const post = { ...operation({}), callbacks: index < 39 ? next : {} };
        return [`c${index}`, { "{$request.body#/a}": { post, put: post } }];
      }),
    );
    assert.match(
      await refusal(imported(document({ components: { callbacks } }))),
      /grows too large or too deep/,
    );
  }).timeout(20_000);

  it("keeps keys that are names of an object's own machinery", async () => {
    const { text } = await imported(
      `{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}, "components": {"schemas": {
        "__proto__": {"type": "string"},
        "A": {"properties": {"constructor": {"$ref": "#/components/schemas/__proto__"}}}}}}`,
    );

    assert.match(text, /"__proto__":\{"type":"string"\}/);
    assert.equal(({} as { type?: unknown }).type, undefined);
  });
});
