import assert from "node:assert/strict";
import { JWKS, problems } from "./problems";

describe("The JWT providers of a platform file", () => {
  const refused: readonly (readonly [what: string, text: string, ...problems: string[]])[] = [
    [
      "a provider without name and issuer",
      "jwt: { providers: [{ name: '' }] }",
      "jwt.providers[0].name: is required",
      "jwt.providers[0].issuer: is required",
    ],
    [
      "a provider named none",
      "jwt: { providers: [{ name: none, issuer: 'https://a.example' }] }",
      'jwt.providers[0].name: "none" must be a DNS label: at most 63 of a-z, 0-9 and "-", a letter or digit first ' +
        'and last; and not "none", which the annotation of an API has for no provider',
    ],
    [
      "two providers of one name or one issuer",
      "jwt: { providers: [{ name: a, issuer: 'https://a.example' }, { name: a, issuer: 'https://b.example' }, " +
        "{ name: c, issuer: 'https://a.example' }] }",
      'jwt.providers[1].name: "a" must differ from jwt.providers[0].name',
      'jwt.providers[2].issuer: "https://a.example" must differ from jwt.providers[0].issuer',
    ],
    [
      "a key set in two ways",
      `jwt: { providers: [{ name: a, issuer: "https://a.example", jwksUri: "https://a.example/keys", jwks: ${JSON.stringify(JWKS)} }] }`,
      "jwt.providers[0].jwks: (not shown) must be left out where jwksUri is set",
    ],
    [
      "a key set at no URL",
      "jwt: { providers: [{ name: a, issuer: 'https://a.example', jwksUri: 'file:///keys' }] }",
      'jwt.providers[0].jwksUri: "file:///keys" must be an http or https URL of at most 2048 characters, without user ' +
        "name and password",
    ],
    [
      "an empty list of audiences, which would be any",
      "jwt: { providers: [{ name: a, issuer: 'https://a.example', audiences: [] }, " +
        "{ name: b, issuer: 'https://b.example', audiences: [''] }] }",
      "jwt.providers[0].audiences: a list of 0 must name at least one value, or be left out",
      "jwt.providers[1].audiences: a list of 1 must have no empty item",
    ],
    [
      "an audience that Istio would take for more",
      "jwt: { providers: [{ name: a, issuer: 'https://a.example', audiences: ['*', 'a b'] }] }",
      ...['audiences[0]: "*"', 'audiences[1]: "a b"'].map(
        (place) =>
          `jwt.providers[0].${place} must be at most 256 printable ASCII characters, none of them a space or *`,
      ),
    ],
    ["providers that are no list", "jwt: { providers: {} }", "jwt.providers: an object must be a list"],
    ["no providers at all", "jwt: {}", "jwt.providers: is required"],
    ["an empty item", "jwt: { providers: [null] }", "jwt.providers: a list of 1 must have no empty item"],
  ];
  for (const [what, text, ...expected] of refused) {
    it(`are refused with ${what}`, () => {
      assert.deepEqual([...problems(text)].sort(), [...expected].sort());
    });
  }

  for (const issuer of [
    "id.example.com",
    "ftp://id.example.com",
    "https://id.example.com/?tenant=a",
    "https://id.example.com/#a",
    "https://id.example.com/*",
    "https://user:password@id.example.com",
  ]) {
    it(`are refused with the issuer ${issuer}`, () => {
      const [first, ...others] = problems(`jwt: { providers: [{ name: a, issuer: "${issuer}" }] }`);
      assert.match(first ?? "", /^jwt\.providers\[0\]\.issuer: ".*" must be an http or https URL without /);
      assert.doesNotMatch(first ?? "", /password@/);
      assert.deepEqual(others, []);
    });
  }

  for (const [what, jwks] of [
    ["without keys", { keys: [] }],
    ["that is a list", [{ kty: "RSA" }]],
    ["with a private key", { keys: [...JWKS.keys, { kty: "EC", crv: "P-256", d: "c2VjcmV0" }] }],
    ["with a symmetric key", { keys: [{ kty: "oct", k: "c2VjcmV0" }] }],
    ["that is no JSON", "{c2VjcmV0"],
  ] as const) {
    it(`are refused with a key set ${what}, which it does not show`, () => {
      const provider = { name: "a", issuer: "https://a.example", jwks };
      const [first, ...others] = problems(JSON.stringify({ jwt: { providers: [provider] } }));
      assert.match(
        first ?? "",
        /^jwt\.providers\[0\]\.jwks: \(not shown\) must be a JSON Web Key Set \(RFC 7517\)/,
      );
      assert.doesNotMatch(first ?? "", /c2VjcmV0/);
      assert.deepEqual(others, []);
    });
  }
});
