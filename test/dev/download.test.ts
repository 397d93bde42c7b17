import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import path from "node:path";
import { waitFor } from "../../dev/controlPlane/waitFor";
import { Downloader, hashFor } from "../../dev/toolchain/download";
import { type Download } from "../../dev/toolchain/part";
import { useTempDir } from "./support";

const FILE = randomBytes(200_000);
const HASH = createHash("sha256").update(FILE).digest("hex");
const ignore = (): void => undefined;
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

describe("Downloader", () => {
  const dir = useTempDir();
  let server: Server;
  let base = "";
  let requests: string[] = [];
  let serveFile: (request: IncomingMessage, response: ServerResponse) => void;
  let sums = "";

  beforeEach(async () => {
    requests = [];
    sums = `${"0".repeat(64)}  other.tar.gz\n${HASH}  tool.tar.gz\n`;
    serveFile = (_request, response) => response.end(FILE);
    server = createServer((request, response) => {
      requests.push(`${request.url ?? ""} ${request.headers.range ?? ""}`.trim());
      if (request.url === "/SHA256SUMS") response.end(sums);
      else if (request.url === "/tool.tar.gz") serveFile(request, response);
      else response.writeHead(404).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const tool = (): Download => ({
    url: `${base}/tool.tar.gz`,
    sha256: { url: `${base}/SHA256SUMS` },
    archive: true,
  });

  const downloader = (): Downloader => new Downloader(dir(), { answerMs: 300, idleMs: 300 });

  it("downloads a file whose hash is its publisher's, and tells how far it is", async () => {
    const seen: [number, number | undefined][] = [];
    const file = await downloader().fetch(tool(), (bytes, total) => seen.push([bytes, total]));
    assert.ok(readFileSync(file).equals(FILE));
    assert.deepEqual(seen.at(-1), [FILE.length, FILE.length]);
    assert.deepEqual(readdirSync(dir()), [path.basename(file)]);
  });

  it("refuses a file with another hash and keeps nothing of it", async () => {
    serveFile = (_request, response) => response.end("something else");
    await assert.rejects(downloader().fetch(tool(), ignore), /has the SHA-256 .* its publisher says/);
    assert.deepEqual(readdirSync(dir()), []);
  });

  it("refuses a file of which its publisher gives no hash", async () => {
    sums = `${HASH}  other.tar.gz\n`;
    await assert.rejects(downloader().fetch(tool(), ignore), /SHA256SUMS has no SHA-256 of tool.tar.gz/);
    assert.deepEqual(requests, ["/SHA256SUMS"]);
  });

  it("refuses a file that was cut off, and continues from there the next time", async () => {
    const partial = path.join(dir(), `tool.tar.gz.${HASH.slice(0, 12)}.part`);
    serveFile = (_request, response) => {
      response.writeHead(200, { "content-length": FILE.length });
      response.write(FILE.subarray(0, 70_000));
      void waitFor("a part on disk", 5_000, () => (sizeOf(partial) > 0 ? true : undefined), 5).then(() =>
        response.destroy(),
      );
    };
    const patient = new Downloader(dir(), { answerMs: 5_000, idleMs: 5_000 });
    await assert.rejects(patient.fetch(tool(), ignore), /was cut off after \d+ bytes/);
    const kept = sizeOf(partial);

    serveFile = (request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200).end(FILE.subarray(from));
    };
    const file = await downloader().fetch(tool(), ignore);
    assert.ok(readFileSync(file).equals(FILE));
    assert.ok(requests.includes(`/tool.tar.gz bytes=${kept}-`));
  });

  it("starts again when the server does not continue", async () => {
    writeFileSync(path.join(dir(), `tool.tar.gz.${HASH.slice(0, 12)}.part`), FILE.subarray(0, 100));
    const file = await downloader().fetch(tool(), ignore);
    assert.ok(readFileSync(file).equals(FILE));
    assert.ok(requests.includes("/tool.tar.gz bytes=100-"));
  });

  it("takes a file that was complete but not yet checked", async () => {
    writeFileSync(path.join(dir(), `tool.tar.gz.${HASH.slice(0, 12)}.part`), FILE);
    serveFile = (_request, response) => response.writeHead(416).end();
    assert.ok(readFileSync(await downloader().fetch(tool(), ignore)).equals(FILE));
  });

  it("gives up a download that stands still", async () => {
    serveFile = (_request, response) => {
      response.writeHead(200, { "content-length": FILE.length });
      response.write(FILE.subarray(0, 1_000));
    };
    await assert.rejects(downloader().fetch(tool(), ignore), /no data for 0.3 s/);
  });

  it("names what a server answers in place of the file", async () => {
    const missing: Download = { url: `${base}/missing`, sha256: { pinned: HASH }, archive: false };
    await assert.rejects(downloader().fetch(missing, ignore), /missing answered 404/);
    assert.deepEqual(readdirSync(dir()), []);
  });

  it("asks a host that does not answer only once", async () => {
    let asked = 0;
    const silent = createServer(() => asked++).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const one = downloader();
    for (const name of ["a", "b", "c"]) {
      const download: Download = { url: `${url}/${name}`, sha256: { pinned: HASH }, archive: false };
      await assert.rejects(one.fetch(download, ignore), /cannot be reached: no answer within 0.3 s/);
    }
    assert.equal(asked, 1);
    silent.closeAllConnections();
    silent.close();
  });

  it("says why a host cannot be reached", async () => {
    const nowhere: Download = { url: "http://127.0.0.1:1/a", sha256: { pinned: HASH }, archive: false };
    await assert.rejects(downloader().fetch(nowhere, ignore), /127.0.0.1:1 cannot be reached: /);
  });
});

describe("hashFor", () => {
  it("reads a lone hash and the lists of sha256sum in text and binary mode", () => {
    assert.equal(hashFor("tool", `${HASH}\n`), HASH);
    assert.equal(hashFor("tool", `${HASH}  tool\n`), HASH);
    assert.equal(hashFor("tool", `${HASH.toUpperCase()} *tool\n`), HASH);
  });

  it("finds nothing under another name or in an error page", () => {
    assert.equal(hashFor("tool", `${HASH}  tool.sig\n`), undefined);
    assert.equal(hashFor("tool", "<html>not found</html>"), undefined);
  });
});
