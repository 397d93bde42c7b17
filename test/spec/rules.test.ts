import assert from "node:assert/strict";
import { complaints, parse } from "./examples";

/** Describes one field by examples that pass and examples that do not. */
function field(name: string, valid: readonly string[], invalid: readonly string[]): void {
  describe(`spec.${name}`, () => {
    for (const text of valid) {
      it(`takes ${shown(text)}`, () => {
        assert.deepEqual(complaints({ [name]: text }), []);
      });
    }
    for (const text of invalid) {
      it(`refuses ${shown(text)}`, () => {
        const [first, ...others] = complaints({ [name]: text });
        assert.deepEqual(others, []);
        assert.match(first ?? "", new RegExp(`^spec\\.${name}: ".*…? ?must `));
      });
    }
  });
}

function shown(text: string): string {
  return text.length > 60
    ? `${text.length} characters like ${JSON.stringify(text.slice(0, 10))}`
    : JSON.stringify(text);
}

field(
  "implementation",
  ["a", "prodcat-api", "7even", "a".repeat(63)],
  ["Catalog", "-a", "a-", "a.b", "a_b", "a b", "a\n", "a".repeat(64)],
);

field(
  "path",
  [
    "/",
    "/catalog",
    "/catalog/",
    "/tmf-api/productCatalogManagement/v4",
    "/a:b@c/~d!$&'()*+,;=",
    "/caf%C3%A9",
    "/a..b/.hidden",
    `/${"a".repeat(1023)}`,
  ],
  [
    "catalog",
    "https://example.com/catalog",
    "//catalog",
    "/a//b",
    "/a/../b",
    "/a/..",
    "/./a",
    "/a?b=c",
    "/a#b",
    "/a b",
    "/a ",
    "/a\n",
    "/a\u0000",
    "/café",
    "/a%2Fb",
    "/a/%2e%2E/b",
    "/a%0Db",
    "/a%zz",
    "/a%2",
    "/{id}",
    '/"><x>',
    "/a\\b",
    `/${"a".repeat(1024)}`,
  ],
);

field(
  "hostname",
  [
    "example.com",
    "API.Example.COM",
    "localhost",
    "a-1.b2.example",
    "10.0.0.1.nip.io",
    "xn--bcher-kva.example",
  ],
  [
    "https://example.com",
    "example.com:443",
    "example.com/path",
    "*.example.com",
    "example..com",
    ".example.com",
    "example.com.",
    "-a.example",
    "a_b.example",
    "10.0.0.1",
    "::1",
    "exa mple.com",
    `${"a".repeat(64)}.com`,
    `${"a.".repeat(127)}com`,
  ],
);

field(
  "developerUI",
  [
    "/catalog/docs",
    "/docs/?urls.primaryName=v4#/Catalog",
    "https://docs.example.com/x",
    "http://localhost:3000",
  ],
  [
    "docs",
    "//evil.example/docs",
    "/a/../docs",
    "/docs with spaces",
    "ftp://example.com/docs",
    "javascript:alert(1)",
    "https://",
    "https://user@example.com/",
    "https://exa\tmple.com/",
    `https://example.com/${"a".repeat(2048)}`,
  ],
);

field("name", ["Product Catalog", "TMF620", "ünïcode"], ["a\u0007b", "a\u0085b", "a".repeat(257)]);

describe("a DNS name", () => {
  it("is read in lower case, since DNS names are equal in either", () => {
    assert.equal(parse({ hostname: "API.Example.COM" }).hostname, "api.example.com");
  });
});

describe("every rule", () => {
  it("takes linear time: the worst texts of a megabyte are judged within a second", () => {
    const long = 1_000_000;
    const texts = [
      "a".repeat(long) + "!",
      "a-".repeat(long / 2),
      "/".repeat(long),
      "a.".repeat(long / 2),
      "%".repeat(long),
    ];
    const started = performance.now();
    for (const text of texts) {
      complaints({ path: text, hostname: text, implementation: text, developerUI: text, name: text });
      complaints({ path: `/${text}`, specification: [text, `https://${text}`, { url: `https://${text}` }] });
      complaints({
        CORS: { allowOrigins: [text, `https://${text}`], allowMethods: [text], allowHeaders: text },
      });
    }
    assert.ok(performance.now() - started < 1000);
  });
});
