import assert from "node:assert/strict";
import { document, imported, openapi, refusal, swagger } from "./examples";

const json = { schema: { type: "object" } };
const responses = { 200: { description: "Done" } };

const withPaths = (paths: unknown) => document({ paths });
const swaggerWith = (paths: unknown, others: object = {}) => ({
  swagger: "2.0",
  info: swagger.info,
  paths,
  ...others,
});

describe("what a document says of requests and responses", () => {
  it("is the media types of its bodies, without parameters, each once", async () => {
    const content = { "Application/JSON; charset=utf-8": json, "application/json": json, "*/*": json };
    const { contents } = await imported(
      withPaths({
        "/a": {
          patch: { requestBody: { content: { "application/merge-patch+json": json } }, responses },
          get: { responses: { 200: { description: "Done", content }, default: { description: "None" } } },
        },
      }),
    );
    assert.deepEqual(contents?.bodyTypes, ["*/*", "application/json", "application/merge-patch+json"]);
  });

  it("is the names of its headers, in lower case", async () => {
    const header = (name: string) => ({ name, in: "header", schema: { type: "string" } });
    const { contents } = await imported(
      withPaths({
        "/a": {
          parameters: [header("X-Shop"), { name: "page", in: "query", schema: { type: "string" } }],
          get: { parameters: [header("x-till"), header("X-Shop")], responses },
        },
      }),
    );
    assert.deepEqual(contents, { bodyTypes: [], headers: ["x-shop", "x-till"], cut: false });
  });

  it("follows references, and leaves out what callbacks send and what no operation uses", async () => {
    const { contents } = await imported({
      ...openapi,
      paths: {
        "/a": {
          post: {
            requestBody: { $ref: "#/components/requestBodies/Used" },
            responses,
            callbacks: {
              done: {
                "{$request.body#/url}": {
                  post: { requestBody: { content: { "text/callback": json } }, responses },
                },
              },
            },
          },
        },
      },
      components: {
        requestBodies: {
          Used: { content: { "application/json": json } },
          Unused: { content: { "text/unused": json } },
        },
      },
    });
    assert.deepEqual(contents?.bodyTypes, ["application/json"]);
  });

  it("is, in Swagger 2.0, what operations consume and produce, where they have a body", async () => {
    const body = { name: "body", in: "body", schema: { type: "object" } };
    const answers = { 200: { description: "Done", schema: { type: "object" } } };
    const others = { consumes: ["text/consumed"], produces: ["text/produced"] };
    const typesOf = async (paths: unknown, root: object = others) =>
      (await imported(swaggerWith(paths, root))).contents?.bodyTypes;

    assert.deepEqual(await typesOf({ "/a": { get: { responses } } }), []);
    assert.deepEqual(await typesOf({ "/a": { get: { responses: answers } } }), ["text/produced"]);
    assert.deepEqual(await typesOf({ "/a": { post: { parameters: [body], responses } } }), ["text/consumed"]);
    assert.deepEqual(
      await typesOf({ "/a": { parameters: [body], post: { consumes: ["text/own"], responses } } }),
      ["text/own"],
    );
    assert.deepEqual(await typesOf({ "/a": { get: { responses: answers } } }, {}), ["application/json"]);
  });

  it("tells whether schemas contained themselves", async () => {
    assert.equal((await imported(swagger)).contents?.cut, true);
    const { contents } = await imported(withPaths({ "/a": { get: { responses } } }));
    assert.equal(contents?.cut, false);
  });

  it("leaves out names that can be no media type", async () => {
    const content = {
      "application/@(1)": json,
      "": json,
      [`text/${"a".repeat(128)}`]: json,
      "text/plain": json,
    };
    const { contents } = await imported(
      withPaths({ "/a": { post: { requestBody: { content }, responses } } }),
    );
    assert.deepEqual(contents?.bodyTypes, ["text/plain"]);
  });

  it("is refused where there is too much of it", async () => {
    const content = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`text/a${index}`, json]));
    assert.equal(
      await refusal(imported(withPaths({ "/a": { post: { requestBody: { content }, responses } } }))),
      "DocumentInvalid: has 101 different media types, and at most 100 are imported",
    );
  });
});
