import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { document, operation, refusal } from "./examples";
import { TEXT, useReaders } from "./readers";
import { useWebServer } from "./webServer";

describe("DocumentReader", function () {
  this.timeout(20_000);
  const server = useWebServer();
  const { reader, read } = useReaders();

  it("reads a document at a URL, whatever the type that its server gives", async () => {
    server().pages.set("/plain", TEXT);
    server().pages.set("/wrong", (response) => response.setHeader("content-type", "image/png").end(TEXT));
    const plain = await read(`${server().url}/plain`);
    const wrong = await read(`${server().url}/wrong`);

    assert.equal(plain?.document.version, "5.0.0");
    assert.equal(plain.document.digest, wrong?.document.digest);
  });

  it("reads a text, and knows it again", async () => {
    const one = reader();
    const first = await one.read({
      from: "text",
      text: "openapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths: {}",
    });
    assert.equal(first?.document.version, "1");

    const text = JSON.stringify(document());
    const tag = (await one.read({ from: "text", text }))?.etag;
    assert.equal(await one.read({ from: "text", text }, tag), undefined);
    assert.notEqual(await one.read({ from: "text", text: TEXT }, tag), undefined);
  });

  it("decompresses gzip, and stops where it becomes larger than allowed", async () => {
    server().pages.set("/good", (response) => {
      response.setHeader("content-encoding", "gzip").end(gzipSync(TEXT));
    });
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20, " "));
    server().pages.set("/bomb", (response) => response.setHeader("content-encoding", "gzip").end(bomb));
    server().pages.set("/false", (response) => response.setHeader("content-encoding", "gzip").end(TEXT));
    server().pages.set("/other", (response) => response.setHeader("content-encoding", "br").end(TEXT));

    assert.equal((await read(`${server().url}/good`))?.document.version, "5.0.0");
    assert.match(
      await refusal(read(`${server().url}/bomb`)),
      /^DocumentInvalid: is larger than the 4194304 bytes/,
    );
    assert.match(
      await refusal(read(`${server().url}/false`)),
      /^DocumentUnavailable: was sent as gzip, which it is not/,
    );
    assert.match(
      await refusal(read(`${server().url}/other`)),
      /content coding "br", which was not asked for/,
    );
  });

  it("stops where a document goes on without end", async () => {
    server().pages.set("/endless", (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    assert.match(await refusal(read(`${server().url}/endless`)), /is larger than/);
  });

  it("gives up what is not there in time, be it the answer or its end", async () => {
    server().pages.set("/silent", () => undefined);
    server().pages.set("/dripping", (response) => {
      const drip = setInterval(() => response.write(" "), 20);
      response.once("close", () => {
        clearInterval(drip);
      });
    });
    for (const path of ["/silent", "/dripping"]) {
      const message = await refusal(read(`${server().url}${path}`, { deadline: 300 }));
      assert.equal(message, "DocumentUnavailable: was not there within 0.3 s");
    }
  });

  it("learns by its tag that a document is the same still", async () => {
    const tags: (string | undefined)[] = [];
    server().pages.set("/it", (response, request) => {
      tags.push(request.headers["if-none-match"]);
      if (request.headers["if-none-match"] === '"v1"') response.writeHead(304).end();
      else response.setHeader("etag", '"v1"').end(TEXT);
    });
    const one = reader();
    const url = `${server().url}/it`;
    const first = await one.read({ from: "url", url });

    assert.equal(await one.read({ from: "url", url }, first?.etag), undefined);
    assert.notEqual(await one.read({ from: "url", url }, '0 "v1"'), undefined, "a tag of an earlier release");
    assert.deepEqual(tags, [undefined, '"v1"', undefined]);
  });

  it("fetches what a document refers to, relative to where it was found, and keeps no tag of it", async () => {
    const get = operation({ $ref: "schemas.json#/Pet" });
    server().pages.set("/moved", (response) => response.writeHead(301, { location: "/v1/main.json" }).end());
    server().pages.set("/v1/main.json", (response) => {
      response.setHeader("etag", '"v1"').end(JSON.stringify(document({ paths: { "/a": { get } } })));
    });
    server().pages.set("/v1/schemas.json", '{"Pet": {"type": "string"}}');
    const found = await read(`${server().url}/moved`);

    assert.match(found?.document.text ?? "", /"Pet":\{"type":"string"\}/);
    assert.equal(found?.etag, undefined);
    assert.deepEqual(server().requests, ["/moved", "/v1/main.json", "/v1/schemas.json"]);
  });

  it("names the other document where it cannot be had", async () => {
    const get = operation({ $ref: "missing.json?token=secret#/Pet" });
    server().pages.set("/main.json", JSON.stringify(document({ paths: { "/a": { get } } })));
    assert.equal(
      await refusal(read(`${server().url}/main.json`)),
      `DocumentUnavailable: refers to ${server().url}/missing.json, which cannot be fetched: status 404`,
    );
  });

  it("fetches no more than a few other documents, and no more bytes in all", async () => {
    const chain = (index: number): string =>
      JSON.stringify({ a: { items: { $ref: `c${index + 1}.json#/a` } } });
    for (let index = 0; index < 30; index++) server().pages.set(`/c${index}.json`, chain(index));
    const main = document({ paths: { "/a": { get: operation({ $ref: "c0.json#/a" }) } } });
    server().pages.set("/main.json", JSON.stringify(main));
    assert.match(await refusal(read(`${server().url}/main.json`)), /refers to more than 20 other documents/);

    server().pages.set("/c0.json", JSON.stringify({ a: { description: "x".repeat(3_000) } }));
    assert.match(
      await refusal(read(`${server().url}/main.json`, { bytes: 2_000 })),
      /is larger than the 2000 bytes/,
    );
  });

  it("gives up a document that takes too long to check, and reads the next", async () => {
    const one = reader({ processing: 1_500 });
    await one.read({ from: "text", text: TEXT });
    const long = "- a\n".repeat(1_000_000);

    assert.equal(
      await refusal(one.read({ from: "text", text: long })),
      "DocumentInvalid: takes more than 1.5 s to check",
    );
    assert.equal((await one.read({ from: "text", text: TEXT }))?.document.version, "5.0.0");
  });

  it("gives up a document that stands for gigabytes before it takes them, and reads the next", async () => {
    const one = reader();
    // 10,000 aliases of a text are 10,000 texts in what is imported.
    const text = `a: &a ${"x".repeat(400_000)}\nopenapi: 3.0.0\npaths: {}\nx-b: [${"*a,".repeat(9_999)}]`;

    assert.match(
      await refusal(one.read({ from: "text", text })),
      /^DocumentInvalid: has more than 4000000 bytes as it would be imported, and API Management takes 4000000$/,
    );
    assert.equal((await one.read({ from: "text", text: TEXT }))?.document.version, "5.0.0");
  });

  it("holds up nothing else while a document is checked", async () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 4_000 }, (_, index) => [
        `S${index}`,
        {
          type: "object",
          properties: {
            a: { $ref: `#/components/schemas/S${(index * 7) % 4_000}` },
            b: { type: "string", description: "x".repeat(400) },
          },
        },
      ]),
    );
    const text = JSON.stringify(document({ components: { schemas } }));
    const one = reader();
    await one.read({ from: "text", text: TEXT });
    let longest = 0;
    let last = performance.now();
    const ticks = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await one.read({ from: "text", text });
    clearInterval(ticks);

    assert.ok(text.length > 2_000_000);
    assert.ok(longest < 200, `${Math.round(longest)} ms`);
  });
});
