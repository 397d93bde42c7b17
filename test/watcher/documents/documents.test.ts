import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mock } from "node:test";
import { type DocumentRef } from "../../../components";
import { type ApiDocument, type ExposedApi } from "../../../spec";
import { defaultDocumentLimits } from "../../../stack";
import { Documents, type DocumentsOptions } from "../../../watcher/documents";
import { createLogger } from "../../../watcher/logger";
import { document } from "../../stack/documents/examples";
import { startWebServer, useWebServer, type WebServer } from "../../stack/documents/webServer";
import { eventually } from "../../support/eventually";
import { useTempDir } from "../../support/tempDir";

const LIMITS = { ...defaultDocumentLimits, allowLoopback: true };
const KEY = "exposedapis/components/catalog";

/** The text of a document with this title. */
const titled = (title: string): string => JSON.stringify(document({ info: { title, version: "1" } }));

/** An API with these documents, as far as they are concerned. */
function apiOf(...specification: readonly ApiDocument[]): ExposedApi {
  return {
    kind: "ExposedAPI",
    namespace: "components",
    name: "catalog",
    specification,
  } as unknown as ExposedApi;
}

describe("Documents", function () {
  this.timeout(20_000);
  const server = useWebServer();
  const dir = useTempDir();
  const started: Documents[] = [];
  let queued: string[];
  let warnings: string[];
  let configMaps: Map<string, Readonly<Record<string, string>>>;
  let configMapReads: number;

  beforeEach(() => {
    queued = [];
    warnings = [];
    configMaps = new Map();
    configMapReads = 0;
  });
  afterEach(() => Promise.all(started.splice(0).map((documents) => documents.stop())));

  const documentsWith = (options: Partial<DocumentsOptions> = {}): Documents => {
    const log = createLogger("error");
    mock.method(log, "warn", (_: unknown, message: string) => warnings.push(message));
    const documents = new Documents({
      folder: dir(),
      limits: LIMITS,
      configMap: (namespace, name) => {
        configMapReads += 1;
        return Promise.resolve(configMaps.get(`${namespace}/${name}`));
      },
      enqueue: (keys) => queued.push(...keys),
      log,
      ...options,
    });
    started.push(documents);
    return documents;
  };
  const urlOf = (path: string): ApiDocument => ({ url: `${server().url}${path}` });
  const refOf = (documents: Documents, api: ExposedApi, key = KEY): Promise<DocumentRef> =>
    eventually(
      "the document is there",
      () => {
        const found = documents.of(key, api);
        return typeof found === "object" && "digest" in found ? found : undefined;
      },
      10_000,
    );
  const problemOf = (documents: Documents, api: ExposedApi, key = KEY): Promise<string> =>
    eventually(
      "a problem is told",
      () => {
        const found = documents.of(key, api);
        return typeof found === "object" && "problem" in found
          ? `${found.problem.reason}: ${found.problem.message}`
          : undefined;
      },
      10_000,
    );

  it("says nothing of an API that names no document", () => {
    const documents = documentsWith();
    assert.equal(documents.of(KEY, apiOf()), undefined);
    assert.equal(documents.of(KEY, apiOf({ version: "v4" })), undefined);
  });

  it("is not there yet, then there, with its text, and the API is queued once", async () => {
    server().pages.set("/a", titled("A"));
    const documents = documentsWith();
    const api = apiOf(urlOf("/a"));

    assert.equal(documents.of(KEY, api), "NotYet");
    const ref = await refOf(documents, api);
    const contents = { bodyTypes: ["application/json"], headers: [], cut: false };
    assert.deepEqual({ ...ref, digest: "" }, { digest: "", format: "openapi+json", version: "1", contents });
    assert.match(await documents.text(ref.digest), /"title":"A"/);
    assert.deepEqual(queued, [KEY]);
  });

  it("asks once for any number of APIs", async () => {
    server().pages.set("/a", titled("A"));
    const documents = documentsWith();
    const api = apiOf(urlOf("/a"));
    const keys = Array.from({ length: 1_000 }, (_, index) => `exposedapis/components/a${index}`);
    for (const key of keys) documents.of(key, api);
    await refOf(documents, api, keys[0]);

    assert.deepEqual(server().requests, ["/a"]);
    assert.deepEqual(queued, keys);
  });

  it("takes the document from a ConfigMap, and from the object itself", async () => {
    configMaps.set("components/specs", { "a.json": titled("A") });
    const documents = documentsWith();
    const mapped = await refOf(documents, apiOf({ configMap: { name: "specs", key: "a.json" } }));
    const inline = await refOf(documents, apiOf({ inline: titled("A") }), "exposedapis/components/other");

    assert.equal(mapped.digest, inline.digest);
  });

  for (const [what, source, expected] of [
    [
      "a URL without a document",
      { url: "/none" },
      "DocumentUnavailable: spec.specification[1].url: cannot be fetched: status 404",
    ],
    [
      "a document that is none",
      { url: "/wrong" },
      "DocumentInvalid: spec.specification[1].url: is a page in HTML or XML, not an API's document",
    ],
    [
      "a ConfigMap that is missing",
      { configMap: { name: "none", key: "a" } },
      "DocumentUnavailable: spec.specification[1].url: cannot be read: there is no ConfigMap none",
    ],
    [
      "a key that is missing",
      { configMap: { name: "specs", key: "constructor" } },
      "DocumentUnavailable: spec.specification[1].url: cannot be read: ConfigMap specs has no key constructor",
    ],
    [
      "a text that is no document",
      { inline: "{}" },
      'DocumentInvalid: spec.specification[1]: is not an API\'s document: it has neither "openapi" nor "swagger"',
    ],
  ] as const) {
    it(`names the field of ${what}`, async () => {
      server().pages.set("/wrong", "<html>");
      configMaps.set("components/specs", {});
      const entry = "url" in source ? urlOf(source.url) : source;
      assert.equal(await problemOf(documentsWith(), apiOf({ version: "v1" }, entry)), expected);
      assert.deepEqual(queued, [KEY]);
    });
  }

  it("tries again until the document can be had", async () => {
    const documents = documentsWith();
    const api = apiOf(urlOf("/late"));
    await problemOf(documents, api);
    server().pages.set("/late", titled("A"));

    await refOf(documents, api);
    assert.deepEqual(queued, [KEY, KEY]);
  });

  it("queues just those APIs whose document has changed", async () => {
    server().pages.set("/a", titled("A"));
    server().pages.set("/b", titled("B"));
    const documents = documentsWith({ refreshMs: 50 });
    const before = await refOf(documents, apiOf(urlOf("/a")), "a");
    await refOf(documents, apiOf(urlOf("/b")), "b");
    queued = [];
    server().pages.set("/a", titled("A 2"));
    await eventually("the change is told", () => queued.length > 0);

    assert.deepEqual(queued, ["a"]);
    const after = await refOf(documents, apiOf(urlOf("/a")), "a");
    assert.notEqual(after.digest, before.digest);
    assert.match(await documents.text(before.digest), /"title":"A"/, "what a run under way reads stays");
  });

  it("follows a ConfigMap, and checks a text that was refused once", async () => {
    configMaps.set("components/specs", { a: titled("A") });
    const documents = documentsWith({ configMapMs: 20 });
    const api = apiOf({ configMap: { name: "specs", key: "a" } });
    const before = await refOf(documents, api);
    configMaps.set("components/specs", { a: titled("A 2") });
    await eventually("the change is told", () => queued.length > 1);
    assert.notEqual((await refOf(documents, api)).digest, before.digest);

    const reads = configMapReads;
    await eventually("it is looked at again", () => configMapReads > reads + 2);
    assert.equal(queued.length, 2);
  });

  for (const [what, page] of [
    ["is away", undefined],
    ["has something else", "<html>"],
  ] as const) {
    it(`keeps the last good document while its source ${what}`, async () => {
      server().pages.set("/a", titled("A"));
      const documents = documentsWith({ refreshMs: 100 });
      const api = apiOf(urlOf("/a"));
      const ref = await refOf(documents, api);
      if (page === undefined) server().pages.delete("/a");
      else server().pages.set("/a", page);
      const { length } = server().requests;
      await eventually("it is asked for again", () => server().requests.length > length);
      await eventually("that is told in the log", () => warnings.length > 0);

      assert.deepEqual(documents.of(KEY, api), ref);
      assert.deepEqual(queued, [KEY]);
    });
  }

  it("has after a restart at once what it had before, and asks nobody", async () => {
    server().pages.set("/a", titled("A"));
    const api = apiOf(urlOf("/a"));
    const first = documentsWith();
    const ref = await refOf(first, api);
    await first.stop();
    await server().stop();
    const second = documentsWith();

    assert.deepEqual(second.of(KEY, api), ref);
    assert.match(await second.text(ref.digest), /"title":"A"/);
    assert.deepEqual(queued, [KEY]);
  });

  it("learns after a restart by the tag that the document is the same still", async () => {
    const tags: (string | undefined)[] = [];
    server().pages.set("/a", (response, request) => {
      tags.push(request.headers["if-none-match"]);
      if (request.headers["if-none-match"] === undefined) response.setHeader("etag", '"1"').end(titled("A"));
      else response.writeHead(304).end();
    });
    const api = apiOf(urlOf("/a"));
    const first = documentsWith();
    const ref = await refOf(first, api);
    await first.stop();
    const second = documentsWith({ refreshMs: 20 });
    assert.deepEqual(second.of(KEY, api), ref);
    await eventually("it is asked for again", () => tags.length > 2);

    assert.deepEqual(tags.slice(0, 3), [undefined, '"1"', '"1"']);
    assert.deepEqual(queued, [KEY]);
  });

  it("reads again what was lost or changed in its folder", async () => {
    server().pages.set("/a", titled("A"));
    const documents = documentsWith();
    const api = apiOf(urlOf("/a"));
    const { digest } = await refOf(documents, api);
    const file = join(dir(), "texts", `${digest}.json`);
    writeFileSync(file, "{}");

    await assert.rejects(documents.text(digest), /is not what was written there/);
    assert.equal(documents.of(KEY, api), "NotYet");
    assert.equal((await refOf(documents, api)).digest, digest);
    assert.match(await documents.text(digest), /"title":"A"/);
    await assert.rejects(documents.text("../../passphrase"), /is no digest of a document/);
  });

  it("takes what it cannot understand in its folder for nothing", async () => {
    server().pages.set("/a", titled("A"));
    const api = apiOf(urlOf("/a"));
    const first = documentsWith();
    await refOf(first, api);
    await first.stop();
    const sources = join(dir(), "sources");
    for (const name of readdirSync(sources)) writeFileSync(join(sources, name), '{"ref":{"digest":"../x"}}');

    assert.equal(documentsWith().of(KEY, api), "NotYet");
  });

  it("keeps no URL in its folder: it may have a secret in its query", async () => {
    server().pages.set("/a", titled("A"));
    await refOf(documentsWith(), apiOf(urlOf("/a?token=secret")));
    for (const name of readdirSync(join(dir(), "sources"))) {
      assert.doesNotMatch(name + readFileSync(join(dir(), "sources", name), "utf8"), /secret/);
    }
  });

  it("asks no more for what no API names", async () => {
    server().pages.set("/a", titled("A"));
    server().pages.set("/b", titled("B"));
    const documents = documentsWith({ refreshMs: 30 });
    const api = apiOf(urlOf("/a"));
    await refOf(documents, api, "one");
    await refOf(documents, api, "two");
    documents.forget("one");
    documents.of("two", apiOf(urlOf("/b")));
    await eventually(
      "the other is followed",
      () => server().requests.filter((path) => path === "/b").length > 3,
    );
    const { length } = server().requests.filter((path) => path === "/a");
    const others = server().requests.length;
    await eventually("the other is followed further", () => server().requests.length > others + 3);

    assert.equal(server().requests.filter((path) => path === "/a").length, length);
  });

  describe("with a host that does not answer", () => {
    let silent: WebServer;
    beforeEach(async () => {
      silent = await startWebServer();
    });
    afterEach(() => silent.stop());

    it("keeps no document of another host waiting, and asks the host for a few only", async () => {
      const documents = documentsWith({ limits: { ...LIMITS, deadline: 2_000 } });
      const paths = Array.from({ length: 100 }, (_, index) => `/silent${index}`);
      const apis = paths.map((path) => apiOf({ url: `${silent.url}${path}` }));
      for (const path of paths) silent.pages.set(path, () => undefined);
      for (const [index, api] of apis.entries()) documents.of(`silent${index}`, api);
      server().pages.set("/a", titled("A"));
      const begun = performance.now();
      await refOf(documents, apiOf(urlOf("/a")));
      assert.ok(performance.now() - begun < 1_900, "it waited for the other host");

      for (const [index, api] of apis.entries()) {
        assert.match(await problemOf(documents, api, `silent${index}`), /was not there within 2 s/);
      }
      assert.ok(silent.requests.length < 10, `${silent.requests.length} requests`);
    });
  });
});
