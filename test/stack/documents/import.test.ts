import assert from "node:assert/strict";
import { document, imported, openapi, operation, refusal, swagger, type Tree } from "./examples";

/** Every `$ref` in a value, but for properties of that name. */
function references(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "$ref" && typeof member === "string" ? [member] : references(member),
  );
}

describe("importDocument", () => {
  it("takes Swagger 2.0 of TM Forum, with its address as it was", async () => {
    const { format, version, value } = await imported(swagger);

    assert.equal(format, "swagger-json");
    assert.equal(version, "4.1.0");
    assert.equal(value["basePath"], swagger.basePath);
    assert.deepEqual(Object.keys(value["definitions"]!), ["Category", "Error", "Unused"]);
  });

  it("takes OpenAPI 3.0 of TM Forum", async () => {
    const { format, version, value } = await imported(openapi);

    assert.equal(format, "openapi+json");
    assert.equal(version, "5.0.0");
    assert.deepEqual(value["servers"], openapi.servers);
  });

  it("keeps the order of the source, and gives equal documents equal digests", async () => {
    const first = await imported(openapi);
    const second = await imported(`\ufeff${JSON.stringify(openapi, undefined, 2)}`);

    assert.equal(first.digest, second.digest);
    assert.match(first.digest, /^[0-9a-f]{64}$/);
    assert.deepEqual(Object.keys(first.value), Object.keys(openapi));
    assert.doesNotMatch(first.text, /\n/);
  });

  it("refers to schemas only, and has all else in its place", async () => {
    for (const [example, schemas] of [
      [swagger, "#/definitions/"],
      [openapi, "#/components/schemas/"],
    ] as const) {
      const { value } = await imported(example);
      const others = references(value).filter((each) => !each.startsWith(schemas) && each !== "#/nowhere");
      assert.deepEqual(others, []);
    }
    const { value } = await imported(openapi);
    const get = value["paths"]!["/category"]!["get"]!;
    assert.deepEqual(get["parameters"], [openapi.components.parameters.Fields]);
    assert.deepEqual(
      get["responses"]!["200"]!["headers"]!["X-Total-Count"],
      openapi.components.headers.Count,
    );
  });

  it("takes lists of objects that have to differ, such as parameters and tags", async () => {
    const names = ["fields", "offset", "limit"];
    const tags = names.map((name) => ({ name }));
    const get = (parameters: readonly object[]) => ({
      paths: { "/category": { get: { parameters, responses: { 200: { description: "Success" } } } } },
      tags,
    });
    const ofOpenApi = names.map((name) => ({ name, in: "query", schema: { type: "string" } }));
    const ofSwagger = names.map((name) => ({ name, in: "query", type: "string" }));

    assert.deepEqual((await imported(document(get(ofOpenApi)))).value["tags"], tags);
    assert.deepEqual((await imported({ ...swagger, ...get(ofSwagger) })).value["tags"], tags);
    const twice = [...ofOpenApi, ...ofOpenApi];
    assert.match(await refusal(imported(document(get(twice)))), /must NOT have duplicate items/);
  });

  it("leaves what looks like a reference in data", async () => {
    const { value } = await imported(openapi);

    assert.deepEqual(value["components"]!["examples"], openapi.components.examples);
    assert.deepEqual(
      value["components"]!["schemas"]!["CategoryRef"]!["properties"]!["$ref"],
      openapi.components.schemas.CategoryRef.properties.$ref,
    );
  });

  it("cuts schemas that contain themselves where the circle closes, and says so", async () => {
    const { value } = await imported(swagger);
    const { subCategory } = value["definitions"]!["Category"]!["properties"] as unknown as {
      subCategory: Tree;
    };
    assert.deepEqual(subCategory["items"], {
      description: "Any value: Category contains itself here, and API Management takes no schemas that do.",
    });

    const { schemas } = (await imported(openapi)).value["components"] as unknown as { schemas: Tree };
    const [any, ref] = schemas["CategoryRefOrValue"]!["oneOf"] as unknown as readonly Tree[];
    assert.match(JSON.stringify(any), /Any value: Category contains itself/);
    assert.deepEqual(ref, { $ref: "#/components/schemas/CategoryRef" });
  });

  it("leaves no circle in whatever schemas refer to each other", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `S${index}`);
    const schemas = Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          anyOf: [1, 7, 13].map((step) => ({ $ref: `#/components/schemas/S${(index * step + step) % 40}` })),
        },
      ]),
    );
    const { value } = await imported(document({ components: { schemas } }));

    const found = value["components"]!["schemas"]!;
    const within = (name: string, path: readonly string[]): void => {
      assert.ok(!path.includes(name), `${path.join(" > ")} > ${name}`);
      for (const reference of references(found[name])) within(reference.split("/").at(-1)!, [...path, name]);
    };
    for (const name of names) within(name, []);
  });

  it("gives an operation without a name one of its method and path", async () => {
    const { value } = await imported(swagger);
    assert.equal(value["paths"]!["/category/{id}"]!["get"]!["operationId"], "get-category-id");
    assert.equal(value["paths"]!["/category"]!["get"]!["operationId"], "listCategory");
  });

  it("gives two operations whose paths differ in punctuation different names", async () => {
    const paths = { "/a/b": { get: operation({}) }, "/a-b": { get: operation({}) } };
    const { value } = await imported(document({ paths }));

    assert.equal(value["paths"]!["/a/b"]!["get"]!["operationId"], "get-a-b");
    assert.equal(value["paths"]!["/a-b"]!["get"]!["operationId"], "get-a-b-2");
  });

  it("writes types of JSON without parameters and leaves other types", async () => {
    assert.deepEqual((await imported(swagger)).value["consumes"], ["application/json"]);

    const content = {
      "application/json; charset=utf-8": { schema: { type: "string" } },
      "application/json": { schema: { type: "integer" } },
      "Application/Merge-Patch+json;x=1": {},
      "multipart/form-data; boundary=a": {},
    };
    const schemas = { A: { type: "object", properties: { "application/json;a": { type: "string" } } } };
    const patch = { requestBody: { content }, responses: { 200: { description: "" } } };
    const { value } = await imported(document({ paths: { "/a": { patch } }, components: { schemas } }));
    assert.deepEqual(value["paths"]!["/a"]!["patch"]!["requestBody"]!["content"], {
      "application/json": { schema: { type: "string" } },
      "Application/Merge-Patch+json": {},
      "multipart/form-data; boundary=a": {},
    });
    assert.deepEqual(value["components"]!["schemas"], schemas);
  });

  it("refuses a name that two operations have, and names both", async () => {
    const get = { ...operation({}), operationId: "list" };
    const message = await refusal(imported(document({ paths: { "/a": { get }, "/b": { get } } })));

    assert.equal(message, 'DocumentInvalid: has the operationId "list" twice: at GET /a and GET /b');
  });

  it("refuses names that are one for API Management, and names both", async () => {
    const operationOf = (operationId: string) => ({ get: { ...operation({}), operationId } });
    const refusalOf = (one: string, other: string): Promise<string> =>
      refusal(imported(document({ paths: { "/a": operationOf(one), "/b": operationOf(other) } })));

    assert.equal(
      await refusalOf("getItem", "GetItem"),
      'DocumentInvalid: has operationIds that are one for API Management: "getItem" at GET /a and "GetItem" at GET /b',
    );
    assert.match(await refusalOf("get item", "get_item"), /are one for API Management/);
    assert.match(await refusalOf(`${"x".repeat(76)}a`, `${"x".repeat(76)}b`), /are one for API Management/);
  });

  it("takes names of which API Management says nothing", async () => {
    const operationOf = (operationId: string) => ({ get: { ...operation({}), operationId } });
    const paths = { "/a": operationOf("列出"), "/b": operationOf("读取") };

    assert.equal((await imported(document({ paths }))).value["paths"]!["/b"]!["get"]!["operationId"], "读取");
  });

  it("refuses a path parameter that is not in the path", async () => {
    const parameters = [{ name: "id", in: "path", required: true, schema: {} }];
    const message = await refusal(
      imported(document({ paths: { "/a": { parameters, get: operation({}) } } })),
    );

    assert.equal(message, 'DocumentInvalid: has the path parameter "id", which is not in the path /a');
  });

  it("names the places where a document is not valid", async () => {
    const message = await refusal(
      imported(document({ paths: { "/a": { get: { responses: { 200: {} } }, put: { response: 1 } } } })),
    );

    assert.match(
      message,
      /^DocumentInvalid: is not valid: #\/paths\/~1a\/get\/responses\/200 must have required/,
    );
    assert.match(message, /#\/paths\/~1a\/put must have required property 'responses'/);
  });

  for (const [what, value, expected] of [
    ["a list", "[]", /is no object/],
    ["a text", "hello", /is no object/],
    ["an object of another kind", "{}", /neither "openapi" nor "swagger"/],
    ["a version that is a number", "swagger: 2.0\npaths: {}", /has the version 2, and only/],
    ["OpenAPI 4", '{"openapi":"4.0.0","paths":{}}', /has the version "4.0.0"/],
    ["a document without paths", '{"openapi":"3.0.0","info":{}}', /has no "paths"/],
    ["a page", "<!doctype html>", /is a page in HTML or XML/],
    ["nothing", " ", /is empty/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.match(await refusal(imported(value)), expected);
    });
  }

  it("refuses what would be larger in a request than API Management takes, and says both sizes", async () => {
    const schemas = { A: { description: '"'.repeat(1_500_000) } };
    const message = await refusal(imported(document({ components: { schemas } })));

    assert.match(message, /has 6\d{6} bytes as it would be imported, and API Management takes 4000000/);
  });
});
