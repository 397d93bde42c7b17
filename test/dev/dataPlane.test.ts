import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { selfSigned, send, serve, TokenIssuer } from "../../dev/dataPlane";

describe("A client of a gateway", () => {
  it("comes from the address, and with the host, that it was given", async function () {
    if (process.platform !== "linux") this.skip(); // has no other address than 127.0.0.1
    const server = await serve((request, response) => {
      const { remoteAddress } = request.socket;
      response.setHeader("x-seen", "yes").end(`${remoteAddress ?? ""} ${request.headers.host ?? ""}`);
    });
    const { status, headers, body } = await send({
      port: server.port,
      path: "/",
      host: "shop.example.com",
      from: "127.0.0.42",
    });
    await server.close();
    assert.deepEqual([status, headers["x-seen"], body], [200, "yes", "127.0.0.42 shop.example.com"]);
  });
});

describe("A self-signed certificate", () => {
  it("is for the names it was made for, now", () => {
    const { cert, key } = selfSigned("shop.example.com", "*.api.example.com");
    const certificate = new X509Certificate(cert);
    assert.equal(certificate.checkHost("shop.example.com"), "shop.example.com");
    assert.equal(certificate.checkHost("a.api.example.com"), "*.api.example.com");
    assert.equal(certificate.checkHost("other.example.com"), undefined);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.ok(Date.parse(certificate.validFrom) < Date.now() && Date.now() < Date.parse(certificate.validTo));
    assert.match(key, /BEGIN PRIVATE KEY/);
  });
});

describe("A token issuer", () => {
  it("serves the key that its tokens are signed with", async () => {
    const issuer = new TokenIssuer("https://id.example.com");
    const keys = await issuer.serveKeys();
    const { body } = await send({ port: keys.port, path: "/keys" });
    await keys.close();
    assert.deepEqual(JSON.parse(body), issuer.jwks);
    const [head = "", payload = ""] = issuer.token({ aud: "shop" }).split(".");
    const decode = (text: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, unknown>;
    assert.equal(decode(head)["kid"], (issuer.jwks.keys[0] as { kid: string }).kid);
    assert.deepEqual([decode(payload)["iss"], decode(payload)["aud"]], ["https://id.example.com", "shop"]);
  });
});
