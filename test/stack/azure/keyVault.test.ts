import assert from "node:assert/strict";
import { Agent } from "node:https";
import { type LookupFunction } from "node:net";
import { type TokenCredential } from "@azure/core-auth";
import { KeyVault, KeyVaultError, type KeyVaultOptions } from "../../../stack/azure/keyVault";
import { FakeKeyVault } from "../../support/azure/fakeKeyVault";
import { eventually } from "../../support/eventually";

const VALUE = "the-value-of-the-secret";

describe("KeyVault", () => {
  let server: FakeKeyVault;
  beforeEach(async () => {
    server = await FakeKeyVault.start({ "resource-group": `  ${VALUE}\n`, "subscription-id": "s" });
  });
  afterEach(() => server.close());

  function options(): KeyVaultOptions {
    return { tlsOptions: { ca: server.certificate }, retryOptions: { maxRetries: 2, retryDelayInMs: 1 } };
  }

  function vault(credential: TokenCredential = server.credential): KeyVault {
    return new KeyVault(server.url, credential, options());
  }

  /** What a read of one secret fails with. No message may have a value or a token in it. */
  async function failure(reader = vault(), signal?: AbortSignal): Promise<string> {
    const error: unknown = await reader.read(["resource-group"], signal).then(
      () => assert.fail("the secret was read"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof KeyVaultError, String(error));
    const shown = `${error.message} ${error.stack ?? ""} ${JSON.stringify(error)} ${String(error.cause)}`;
    assert.ok(!shown.includes(VALUE) && !shown.includes(server.token), shown);
    return error.message.replace(server.url, "https://vault");
  }

  it("reads secrets by name, without white space around them", async () => {
    const values = await vault().read(["resource-group", "subscription-id"]);
    assert.deepEqual(Object.fromEntries(values), { "resource-group": VALUE, "subscription-id": "s" });
    assert.deepEqual([...server.reads].sort(), ["resource-group", "subscription-id"]);
  });

  it("answers the challenge of the vault, and once only", async () => {
    const reader = vault();
    await reader.read(["resource-group"]);
    await reader.read(["resource-group"]);
    assert.equal(server.challenges, 1);
  });

  it("gives no token of Azure to a host that asks for one of somebody else", async () => {
    const lookup: LookupFunction = (_host, _options, found) => {
      found(null, [{ address: "127.0.0.1", family: 4 }]);
    };
    const asked: unknown[] = [];
    const credential: TokenCredential = {
      getToken: (scopes) => {
        asked.push(scopes);
        return server.credential.getToken(scopes);
      },
    };
    const url = server.url.replace("localhost", "vault.example.com");
    const reader = new KeyVault(url, credential, {
      ...options(),
      agent: new Agent({ lookup, ca: server.certificate }),
    });
    assert.match(await failure(reader), /^Key Vault \S+ asks for the token of another service$/);
    assert.deepEqual([asked, server.challenges], [[], 1]);
  });

  it("trusts no certificate that it does not know", async () => {
    const message = await failure(
      new KeyVault(server.url, server.credential, { ...options(), tlsOptions: {} }),
    );
    assert.match(message, /^Key Vault https:\/\/vault cannot be reached \(.*CERT.*\)$/);
  });

  it("says which secret is not there, and which is empty", async () => {
    server.secrets.set("resource-group", " ");
    assert.equal(await failure(), 'Key Vault https://vault: secret "resource-group" is empty');
    server.secrets.delete("resource-group");
    assert.equal(await failure(), 'Key Vault https://vault: secret "resource-group" is not there');
  });

  it("says that the identity may not read it", async () => {
    server.fail({ status: 403 });
    assert.equal(
      await failure(),
      'Key Vault https://vault: secret "resource-group" may not be read by this identity (403); it needs the ' +
        "permission to get secrets",
    );
    server.token = "another";
    assert.match(
      await failure(vault({ getToken: () => Promise.resolve({ token: "old", expiresOnTimestamp: 9e15 }) })),
      /may not be read by this identity \(401\)/,
    );
  });

  it("says that there is no identity, without a line for every kind of one", async () => {
    const without = "Key Vault https://vault cannot be read without an identity: ";
    const named = (name: string, text: string) => Object.assign(new Error(text), { name });
    const unavailable = named("CredentialUnavailableError", "EnvironmentCredential: none");
    const all = (...errors: readonly Error[]) =>
      Object.assign(named("AggregateAuthenticationError", "all failed\nfirst\nsecond"), { errors });
    for (const [error, expected] of [
      [
        all(unavailable, unavailable),
        "none was found (workload identity, managed identity, or what a developer has signed in with)",
      ],
      [
        all(unavailable, named("AuthenticationError", "AADSTS700016: no such application\nTrace")),
        "AADSTS700016: no such application",
      ],
      [unavailable, "EnvironmentCredential: none"],
      [named("AuthenticationError", "x".repeat(1000)), `${"x".repeat(300)}…`],
    ] as const) {
      assert.equal(await failure(vault({ getToken: () => Promise.reject(error) })), without + expected);
    }
  });

  it("asks again after the time that a Retry-After says", async () => {
    server.fail({ status: 429, headers: { "retry-after": "1" } }, { status: 503 });
    const from = performance.now();
    assert.equal((await vault().read(["resource-group"])).get("resource-group"), VALUE);
    assert.ok(performance.now() - from >= 990);
    assert.equal(server.reads.length, 3);
  });

  it("gives up after some tries, with the status alone", async () => {
    server.fail(...Array<{ status: number; body: string }>(3).fill({ status: 500, body: VALUE }));
    assert.equal(await failure(), 'Key Vault https://vault: secret "resource-group" cannot be read (500)');
  });

  it("says so where nobody answers", async () => {
    const reader = vault();
    await server.close();
    assert.match(await failure(reader), /^Key Vault https:\/\/vault cannot be reached \(ECONNREFUSED\)$/);
  });

  it("says that the name of its host is not known", async () => {
    const lookup: LookupFunction = (_host, _options, found) => {
      found(Object.assign(new Error("not known"), { code: "ENOTFOUND" }), []);
    };
    const nowhere = { ...options(), agent: new Agent({ lookup }) };
    const reader = new KeyVault("https://nowhere.example", server.credential, nowhere);
    assert.equal(
      await failure(reader),
      "Key Vault https://nowhere.example cannot be reached: its host name is not known",
    );
  });

  it("names the first secret of those that are not there, whichever is answered first", async () => {
    server.secrets.clear();
    // The first request is asked once more, so that its secret is answered last.
    server.fail({ status: 503 });
    const read = vault().read(["service-name", "resource-group", "subscription-id"]);
    await assert.rejects(read, { message: /secret "service-name" is not there$/ });
  });

  it("does not repeat an answer that is cut off in the middle of a secret", async () => {
    server.fail({ status: 200, body: `{"value": "${VALUE}` });
    assert.match(await failure(), /cannot be read \(PARSE_ERROR\)$/);
  });

  it("waits for a slow vault no longer than its caller does", async () => {
    server.hold();
    const caller = new AbortController();
    const failed = failure(vault(), caller.signal);
    await eventually("a request waits", () => server.waiting > 0);
    caller.abort();
    assert.match(await failed, /^Key Vault https:\/\/vault did not answer in time$/);
  });
});
