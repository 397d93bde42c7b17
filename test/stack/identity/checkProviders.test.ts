import assert from "node:assert/strict";
import { readPlatform } from "../../../components";
import { checkProviders, providersToCheck } from "../../../stack/identity/checkProviders";
import { OpenIdProvider } from "./openIdProvider";

const TENANT = "33333333-3333-4333-8333-333333333333";

/** What is looked at of the providers of a platform file. */
function toCheck(...providers: readonly object[]) {
  const { istio, azureApim } = readPlatform(JSON.stringify({ jwt: { providers } }));
  return providersToCheck(istio.jwt ?? [], azureApim.jwt);
}

describe("providersToCheck", () => {
  const issuer = "https://id.example.com/realms/oda";
  const metadataUrl = `${issuer}/.well-known/openid-configuration`;

  it("has the discovery document of an issuer of which nothing else is said", () => {
    assert.deepEqual(toCheck({ name: "a", issuer }), [{ name: "a", issuer, metadataUrl }]);
  });

  it("has the key set in its place where the file names one, and the document where it names that", () => {
    const jwksUri = `${issuer}/certs`;
    assert.deepEqual(toCheck({ name: "a", issuer, jwksUri }), [{ name: "a", issuer, jwksUri }]);
    const elsewhere = "https://id.internal/discovery";
    assert.deepEqual(toCheck({ name: "a", issuer, jwksUri, metadataUrl: elsewhere }), [
      { name: "a", issuer, jwksUri, metadataUrl: elsewhere },
    ]);
  });

  it("has nothing of an issuer whose keys are in the file", () => {
    const jwks = { keys: [{ kty: "RSA", n: "AQAB", e: "AQAB" }] };
    assert.deepEqual(toCheck({ name: "a", issuer, jwks }), []);
  });

  it("has the document of a tenant that the file names, and of no other", () => {
    const entra = `https://login.microsoftonline.com/${TENANT}/v2.0`;
    const expected = [{ name: "a", issuer: entra, metadataUrl: `${entra}/.well-known/openid-configuration` }];
    assert.deepEqual(toCheck({ name: "a", entra: { tenantId: TENANT } }), expected);
    assert.deepEqual(toCheck({ name: "a", entra: { tenantId: TENANT }, audiences: ["oda"] }), expected);
    assert.deepEqual(toCheck({ name: "a", entra: {} }), []);
  });
});

describe("checkProviders", () => {
  let provider: OpenIdProvider;
  beforeEach(async () => {
    provider = await OpenIdProvider.start();
  });
  afterEach(() => provider.close());

  /** What is wrong, with the address of the provider left out. */
  async function problems(...providers: readonly object[]): Promise<readonly string[]> {
    const found = await checkProviders(toCheck(...providers));
    return found.map(({ name, problem }) => `${name}: ${problem.replaceAll(provider.url, "http://id")}`);
  }

  it("finds nothing wrong with a provider that serves its document and its keys", async () => {
    assert.deepEqual(await problems({ name: "keycloak", issuer: `${provider.url}/realms/oda` }), []);
    assert.deepEqual(provider.requests, ["/realms/oda/.well-known/openid-configuration", "/realms/oda/keys"]);
  });

  it("tells of each provider that is wrong, in their order", async () => {
    provider.answer("/realms/other/.well-known/openid-configuration", provider.discovery("/realms/oda"));
    provider.answer(
      "/realms/keyless/.well-known/openid-configuration",
      provider.discovery("/realms/keyless"),
    );
    assert.deepEqual(
      await problems(
        { name: "missing", issuer: `${provider.url}/realms/missing` },
        { name: "keycloak", issuer: `${provider.url}/realms/oda` },
        { name: "other", issuer: `${provider.url}/realms/other` },
        { name: "keyless", issuer: `${provider.url}/realms/keyless` },
        { name: "certs", issuer: "https://id.example.com", jwksUri: `${provider.url}/certs` },
      ),
      [
        "missing: http://id/realms/missing/.well-known/openid-configuration cannot be fetched: status 404",
        'other: http://id/realms/other/.well-known/openid-configuration names the issuer "http://id/realms/oda", not ' +
          '"http://id/realms/other"',
        "keyless: http://id/realms/keyless/keys cannot be fetched: status 404",
        "certs: http://id/certs cannot be fetched: status 404",
      ],
    );
  });

  it("ends with its caller", async () => {
    provider.answers.set("/realms/oda/.well-known/openid-configuration", () => undefined);
    const signal = AbortSignal.timeout(20);
    const [found] = await checkProviders(toCheck({ name: "slow", issuer: `${provider.url}/realms/oda` }), {
      signal,
    });
    assert.match(found?.problem ?? "", /was not there in time$/);
  });
});
