import assert from "node:assert/strict";
import { DiscoveryError, DiscoveryReader, type DiscoveryLimits } from "../../../stack/identity/discovery";
import { OpenIdProvider } from "./openIdProvider";

const PATH = "/realms/oda/.well-known/openid-configuration";

describe("DiscoveryReader", () => {
  let provider: OpenIdProvider;
  let issuer: string;
  let url: string;
  beforeEach(async () => {
    provider = await OpenIdProvider.start();
    issuer = `${provider.url}/realms/oda`;
    url = provider.url + PATH;
  });
  afterEach(() => provider.close());

  async function failure(limits: Partial<DiscoveryLimits> = {}, expected = issuer): Promise<string> {
    const reader = new DiscoveryReader(limits);
    const error: unknown = await reader.discover(url, expected).then(
      () => assert.fail("the document was taken"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof DiscoveryError, String(error));
    await reader.stop();
    return error.message.replaceAll(provider.url, "http://id");
  }

  it("reads the issuer and where its keys are, and the keys", async () => {
    const reader = new DiscoveryReader();
    assert.deepEqual(await reader.discover(url, issuer), { issuer, jwksUri: `${issuer}/keys` });
    assert.equal(await reader.countKeys(`${issuer}/keys`), 1);
    await reader.stop();
  });

  it("follows a redirect", async () => {
    provider.answers.set("/moved", (_, response) => {
      response.writeHead(302, { location: PATH }).end();
    });
    url = `${provider.url}/moved`;
    const reader = new DiscoveryReader();
    assert.equal((await reader.discover(url, issuer)).issuer, issuer);
    await reader.stop();
  });

  it("takes no other issuer, not even with a slash more", async () => {
    assert.equal(
      await failure({}, `${issuer}/`),
      `http://id${PATH} names the issuer "http://id/realms/oda", not "http://id/realms/oda/"`,
    );
    provider.answer(PATH, { ...provider.discovery("/realms/oda"), issuer: ["x"] });
    assert.equal(await failure(), `http://id${PATH} names no issuer, not "http://id/realms/oda"`);
    provider.answer(PATH, { issuer: "x\n".repeat(5000) });
    assert.ok((await failure()).length < 700);
  });

  it("takes no document without a URL of the keys", async () => {
    for (const jwks_uri of [undefined, "", 7, "file:///keys", "/keys", "http://me:pw@id/keys"]) {
      provider.answer(PATH, { ...provider.discovery("/realms/oda"), jwks_uri });
      assert.equal(await failure(), `http://id${PATH} names no jwks_uri that is an http or https URL`);
    }
  });

  it("takes nothing but JSON", async () => {
    for (const body of ["<html>", "[]", "null", ""]) {
      provider.answers.set(PATH, (_, response) => void response.end(body));
      assert.equal(await failure(), `http://id${PATH} is no JSON object`);
    }
  });

  it("says that there is no such document", async () => {
    provider.answers.delete(PATH);
    assert.equal(await failure(), `http://id${PATH} cannot be fetched: status 404`);
  });

  it("says that nobody answers", async () => {
    await provider.close();
    assert.equal(await failure(), `http://id${PATH} cannot be fetched: its host refuses connections`);
  });

  it("waits for a slow provider no longer than it may", async () => {
    provider.answers.set(PATH, () => undefined);
    assert.match(await failure({ deadline: 50 }), /was not there within 0\.05 s$/);
  });

  it("reads no more than it may", async () => {
    provider.answer(PATH, { ...provider.discovery("/realms/oda"), more: "x".repeat(300_000) });
    assert.match(await failure(), /is larger than the 262144 bytes/);
  });

  it("follows no redirects without an end", async () => {
    provider.answers.set(PATH, (_, response) => {
      response.writeHead(302, { location: PATH }).end();
    });
    assert.match(await failure(), /is redirected more than 3 times$/);
  });

  it("takes no key set without keys", async () => {
    const reader = new DiscoveryReader();
    for (const body of [{}, { keys: [] }, { keys: "x" }]) {
      provider.answer("/realms/oda/keys", body);
      await assert.rejects(reader.countKeys(`${issuer}/keys`), /\/keys is no key set with keys$/);
    }
    await reader.stop();
  });
});
