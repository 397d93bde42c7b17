import assert from "node:assert/strict";
import { createServer as createPlainServer, type IncomingMessage, type Server } from "node:http";
import { createServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { mock } from "node:test";
import { selfSigned } from "../../../dev/dataPlane/certificate";
import { type Resolve } from "../../../stack/documents/connect";
import { document, operation, refusal } from "./examples";
import { TEXT, useReaders } from "./readers";
import { useWebServer } from "./webServer";

describe("Documents on the network", function () {
  this.timeout(20_000);
  const server = useWebServer();
  const { read } = useReaders();

  for (const status of [400, 401, 403, 404, 410, 429, 500, 503]) {
    it(`has no document where the answer is ${status}`, async () => {
      server().pages.set("/it", (response) => response.writeHead(status).end(TEXT));
      const message = await refusal(read(`${server().url}/it`));
      assert.equal(message, `DocumentUnavailable: cannot be fetched: status ${status}`);
    });
  }

  it("follows a few redirects", async () => {
    server().pages.set("/document", TEXT);
    for (let hop = 0; hop < 6; hop++) {
      const location = hop === 0 ? "/document" : `hop${hop - 1}`;
      server().pages.set(`/hop${hop}`, (response) => response.writeHead(302, { location }).end());
    }
    assert.equal((await read(`${server().url}/hop4`))?.document.version, "5.0.0");
    assert.match(await refusal(read(`${server().url}/hop5`)), /is redirected more than 5 times/);
  });

  it("follows no redirect to where it must not go", async () => {
    for (const [location, expected] of [
      ["/it", /is redirected more than 5 times/],
      ["http://169.254.169.254/latest", /is on the address 169\.254\.169\.254, which must not be asked/],
      ["http://[::ffff:a9fe:a9fe]/", /is on the address \[::ffff:a9fe:a9fe\], which must not be asked/],
      ["http://user:secret@specs.test/", /has a user name or password in its URL/],
      ["file:///etc/passwd", /has the scheme file, and only http and https are fetched/],
      ["http://", /is redirected to what is not a URL/],
    ] as const) {
      server().pages.set("/it", (response) => response.writeHead(307, { location }).end());
      const message = await refusal(read(`${server().url}/it`));
      assert.match(message, expected);
      assert.doesNotMatch(message, /secret/);
    }
  });

  it("follows no redirect from https to http", async () => {
    const secure = createServer(selfSigned("localhost"), (request, response) => {
      if (request.url === "/document") response.end(TEXT);
      else response.writeHead(302, { location: request.url === "/up" ? "/document" : server().url }).end();
    });
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const { port } = secure.address() as AddressInfo;
    // Node.js warns of this at the first connection.
    const warnings = mock.method(process, "emitWarning", () => undefined);
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      assert.equal((await read(`https://localhost:${port}/up`))?.document.version, "5.0.0");
      assert.match(
        await refusal(read(`https://localhost:${port}/down`)),
        /^DocumentUnavailable: is redirected from https to http, which is not followed$/,
      );
    } finally {
      warnings.mock.restore();
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
      secure.closeAllConnections();
      secure.close();
    }
    assert.deepEqual(server().requests, []);
  });

  it("asks no address that must not be asked, in whatever way it is written", async () => {
    for (const host of [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f.1",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "0.0.0.0",
    ]) {
      const url = `http://${host}:${server().port}/`;
      assert.match(
        await refusal(read(url, { allowLoopback: false })),
        /DocumentInvalid: is on the address .*must not/,
      );
    }
    assert.match(
      await refusal(read(`http://localhost:${server().port}/`, { allowLoopback: false })),
      /^DocumentUnavailable: cannot be fetched: its host resolves to an address that must not be asked$/,
    );
    assert.deepEqual(server().requests, []);
  });

  it("connects to what a name resolved to when it was checked", async () => {
    server().pages.set("/it", TEXT);
    let asked = 0;
    // Harmless at the first look, and what it is after at the second.
    const rebinding: Resolve = (_, done) => {
      asked += 1;
      done(null, [{ address: asked === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }]);
    };
    const url = `http://rebinding.test:${server().port}/it`;

    assert.equal((await read(url, {}, rebinding))?.document.version, "5.0.0");
    assert.equal(asked, 1);
    assert.match(await refusal(read(url, {}, rebinding)), /resolves to an address that must not be asked/);
  });

  it("uses those addresses of a name that may be asked", async () => {
    server().pages.set("/it", TEXT);
    const mixed: Resolve = (_, done) => {
      done(null, [
        { address: "169.254.169.254", family: 4 },
        { address: "127.0.0.1", family: 4 },
      ]);
    };
    assert.equal((await read(`http://mixed.test:${server().port}/it`, {}, mixed))?.document.version, "5.0.0");
  });

  it("asks only the hosts that are named, where any are", async () => {
    const message = await refusal(read(`${server().url}/it`, { hosts: ["specs.test"] }));
    assert.equal(
      message,
      "DocumentInvalid: is on the host 127.0.0.1, which is not among those that may be asked",
    );
    assert.deepEqual(server().requests, []);
  });

  it("says in words why a host cannot be asked", async () => {
    await server().stop();
    const unknown: Resolve = (host, done) => {
      done(Object.assign(new Error(host), { code: "ENOTFOUND" }), []);
    };
    assert.match(
      await refusal(read(`${server().url}/it`)),
      /cannot be fetched: its host refuses connections$/,
    );
    assert.match(await refusal(read("http://gone.test/", {}, unknown)), /its host name is not known$/);
  });

  it("refers to nothing that must not be asked", async () => {
    const get = operation({ $ref: "http://169.254.169.254/latest#/a" });
    server().pages.set("/main.json", JSON.stringify(document({ paths: { "/a": { get } } })));
    assert.match(
      await refusal(read(`${server().url}/main.json`)),
      /refers to http:\/\/169\.254\.169\.254\/latest, which is on the address/,
    );
  });

  describe("with a proxy", () => {
    const asked: string[] = [];
    const kept = process.env["HTTP_PROXY"];
    let proxy: Server;
    beforeEach(async () => {
      asked.length = 0;
      proxy = createPlainServer();
      proxy.on("connect", (request: IncomingMessage, socket: Socket) => {
        asked.push(request.url ?? "");
        // Whatever the host, it is this test's server that answers.
        const upstream = connect(server().port, "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          upstream.pipe(socket).pipe(upstream);
        });
        for (const each of [socket, upstream]) each.on("error", () => undefined);
      });
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
      process.env["HTTP_PROXY"] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    });
    afterEach(() => {
      if (kept === undefined) delete process.env["HTTP_PROXY"];
      else process.env["HTTP_PROXY"] = kept;
      proxy.close();
    });

    it("has the proxy find the host, wherever the proxy is", async () => {
      server().pages.set("/it", TEXT);
      const found = await read("http://specs.test/it", { allowLoopback: false });

      assert.equal(found?.document.version, "5.0.0");
      assert.deepEqual(asked, ["specs.test:80"]);
    });

    it("asks it for no address that must not be asked", async () => {
      const message = await refusal(read("http://169.254.169.254/latest", { allowLoopback: false }));

      assert.match(message, /is on the address 169\.254\.169\.254, which must not be asked/);
      assert.deepEqual(asked, []);
    });
  });
});
