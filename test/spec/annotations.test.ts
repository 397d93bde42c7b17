import assert from "node:assert/strict";
import { type ExposedApi } from "../../spec";
import { annotated, complaints, parse, rulesWith } from "./examples";

const rules = rulesWith({});

/** The API of an object with these annotations. */
function api(annotations: Record<string, unknown>): ExposedApi {
  return parse({}, annotated(annotations), rules);
}

/** What is wrong with one annotation. */
function refusals(name: string, value: unknown): readonly string[] {
  return complaints({}, annotated({ [name]: value }), rules);
}

describe("The annotation oda.tmforum.org/jwt", () => {
  it("names the providers whose tokens the API takes", () => {
    assert.deepEqual(api({ jwt: " keycloak " }).jwt, ["keycloak"]);
  });

  it("means the same in whatever order, and however often, it names them", () => {
    assert.deepEqual(api({ jwt: "partner, keycloak,,partner" }).jwt, ["keycloak", "partner"]);
  });

  it("asks for no token where it is missing, none or blank", () => {
    for (const jwt of [undefined, "none", "", " "]) assert.deepEqual(api({ jwt }).jwt, []);
  });

  it("is refused with the provider that there is none of", () => {
    assert.deepEqual(refusals("jwt", "keycloak,github"), [
      'metadata.annotations["oda.tmforum.org/jwt"][1]: "github" must be the name of a JWT provider of the ' +
        "platform (keycloak, partner), or none alone",
    ]);
    assert.equal(refusals("jwt", "none,keycloak").length, 1);
  });

  it("is refused where the platform has no provider", () => {
    assert.deepEqual(complaints({}, annotated({ jwt: "keycloak" })), [
      'metadata.annotations["oda.tmforum.org/jwt"][0]: "keycloak" must be none: the platform has no JWT provider',
    ]);
    assert.deepEqual(complaints({}, annotated({ jwt: "none" })), []);
  });

  it("is refused with its own error only, also where a rate limit counts by a claim", () => {
    const rateLimit = { enabled: true, limit: 5, identifier: "claim:sub" };
    assert.equal(complaints({ rateLimit }, annotated({ jwt: "github" }), rules).length, 1);
  });

  it("is refused where it names nothing, holds control characters or is no text", () => {
    for (const value of [",", "keycloak\npartner", "k".repeat(4097), 7, ["keycloak"], { a: 1 }]) {
      const [first, ...others] = refusals("jwt", value);
      assert.match(first ?? "", /^metadata\.annotations\["oda\.tmforum\.org\/jwt"\]: .*must /);
      assert.deepEqual(others, []);
    }
  });
});

describe("The annotation oda.tmforum.org/mtls", () => {
  it("asks for strict or permissive mutual TLS, or for none", () => {
    assert.equal(api({ mtls: "strict" }).mtls, "strict");
    assert.equal(api({ mtls: "permissive\n" }).mtls, "permissive");
    assert.ok(!("mtls" in api({ mtls: "none" })));
    assert.ok(!("mtls" in api({})));
  });

  it("knows no other mode", () => {
    assert.deepEqual(refusals("mtls", "STRICT"), [
      'metadata.annotations["oda.tmforum.org/mtls"]: "STRICT" must be one of none, permissive, strict',
    ]);
  });
});

describe("The annotation oda.tmforum.org/foreign-changes", () => {
  it("says what becomes of changes that somebody else made", () => {
    assert.equal(api({ "foreign-changes": "report" }).foreignChanges, "report");
    assert.equal(api({ "foreign-changes": " overwrite " }).foreignChanges, "overwrite");
  });

  it("is not there where nothing is said, so that such an API is the same as ever", () => {
    for (const value of [undefined, "", " "])
      assert.ok(!("foreignChanges" in api({ "foreign-changes": value })));
  });

  it("knows nothing else", () => {
    assert.deepEqual(refusals("foreign-changes", "ignore"), [
      'metadata.annotations["oda.tmforum.org/foreign-changes"]: "ignore" must be one of report, overwrite',
    ]);
  });
});

describe("The annotation oda.tmforum.org/network-policy", () => {
  const access = (value: string) => api({ "network-policy": value }).networkPolicy;

  it("lets the gateway in, or blocks of addresses beside it, or asks for nothing", () => {
    assert.deepEqual(access("gateway"), { cidrs: [] });
    assert.deepEqual(access("10.1.0.0/16, 10.0.0.0/16,10.1.0.0/16"), {
      cidrs: ["10.0.0.0/16", "10.1.0.0/16"],
    });
    assert.equal(access("none"), undefined);
    assert.ok(!("networkPolicy" in api({})));
  });

  for (const cidr of [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "192.168.1.255/32",
    "::/0",
    "2001:db8::/32",
    "fe80::1/128",
    "2001:db8:0:1:8000::/65",
  ]) {
    it(`takes ${cidr}`, () => {
      assert.deepEqual(access(cidr), { cidrs: [cidr] });
    });
  }

  for (const cidr of [
    "10.0.0.1",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.1/8",
    "010.0.0.0/8",
    "10.0/8",
    "2001:DB8::/32",
    "2001:db8:0::/32",
    "2001:db8::/129",
    "2001:db8::1/64",
    "::ffff:10.0.0.0/104",
    "::ffff:a00:0/104",
    "fe80::1%eth0/128",
    "gateway.example/8",
    "none,10.0.0.0/8",
  ]) {
    it(`refuses ${cidr}`, () => {
      const [first, ...others] = refusals("network-policy", cidr);
      assert.match(
        first ?? "",
        /^metadata\.annotations\[.*\]\[0\]: ".*" must be a CIDR in its canonical form/,
      );
      assert.deepEqual(others, []);
    });
  }
});
