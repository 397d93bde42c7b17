import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DocumentStore } from "../../../watcher/documents/documentStore";
import { useTempDir } from "../../support/tempDir";

const idOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const documentOf = (text: string): { digest: string; format: "openapi+json"; text: string } => ({
  digest: idOf(text),
  format: "openapi+json",
  text,
});

describe("DocumentStore", () => {
  const dir = useTempDir();
  const files = (): number =>
    readdirSync(join(dir(), "texts")).length + readdirSync(join(dir(), "sources")).length;

  it("gives back what it was given, also to another process", async () => {
    const stored = await new DocumentStore(dir()).put(idOf("a"), documentOf("{}"), "tag");
    assert.deepEqual(stored, { ref: { digest: idOf("{}"), format: "openapi+json" }, etag: "tag" });

    const other = new DocumentStore(dir());
    assert.deepEqual(other.get(idOf("a")), stored);
    assert.equal(await other.text(idOf("{}")), "{}");
    assert.equal(other.get(idOf("b")), undefined);
  });

  it("keeps what a document describes, and drops what is none", async () => {
    const contents = { bodyTypes: ["application/json"], headers: ["x-shop"], cut: true };
    const document = { ...documentOf("{}"), contents };
    await new DocumentStore(dir()).put(idOf("a"), document, undefined);
    assert.deepEqual(new DocumentStore(dir()).get(idOf("a"))?.ref.contents, contents);

    for (const other of [{ ...contents, cut: 1 }, { ...contents, headers: [1] }, { cut: false }, "none"]) {
      const ref = { digest: idOf("{}"), format: "openapi+json", contents: other };
      writeFileSync(join(dir(), "sources", `${idOf("a")}.json`), JSON.stringify({ ref }));
      assert.deepEqual(new DocumentStore(dir()).get(idOf("a"))?.ref, {
        digest: ref.digest,
        format: ref.format,
      });
    }
  });

  it("lets nobody else read it", async () => {
    await new DocumentStore(dir()).put(idOf("a"), documentOf("{}"), undefined);
    for (const folder of ["sources", "texts"]) {
      assert.equal(statSync(join(dir(), folder)).mode & 0o777, 0o700);
      for (const name of readdirSync(join(dir(), folder))) {
        assert.equal(statSync(join(dir(), folder, name)).mode & 0o777, 0o600);
      }
    }
  });

  it("knows nothing of a source whose text is gone", async () => {
    const store = new DocumentStore(dir());
    await store.put(idOf("a"), documentOf("{}"), undefined);
    await store.sweep(new Set([idOf("a")]), new Set());
    await store.sweep(new Set([idOf("a")]), new Set());
    assert.equal(store.get(idOf("a")), undefined);
  });

  it("removes what is in use at neither of two looks", async () => {
    const store = new DocumentStore(dir());
    await store.put(idOf("a"), documentOf("1"), undefined);
    await store.put(idOf("b"), documentOf("2"), undefined);
    writeFileSync(join(dir(), "texts", `${idOf("1")}.json.99-0`), "half written");
    const used = [new Set([idOf("a")]), new Set([idOf("1")])] as const;

    await store.sweep(...used);
    assert.equal(files(), 5);
    await store.sweep(...used);
    assert.equal(files(), 2);
    assert.notEqual(store.get(idOf("a")), undefined);
  });

  it("looks up 1,000 sources after a restart without reading their texts", async () => {
    const store = new DocumentStore(dir());
    const ids = Array.from({ length: 1_000 }, (_, index) => idOf(`source ${index}`));
    for (const id of ids) await store.put(id, documentOf("{}"), undefined);
    const begun = performance.now();
    for (const id of ids) assert.notEqual(store.get(id), undefined);
    const each = (performance.now() - begun) / ids.length;

    assert.ok(each < 1, `${each.toFixed(3)} ms`);
  }).timeout(60_000);
});
