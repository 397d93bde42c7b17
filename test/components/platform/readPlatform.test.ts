import assert from "node:assert/strict";
import { noPlatform, readPlatform } from "../../../components";
import { JWKS, problems } from "./problems";

const EVERYTHING = `
gateway: { namespace: istio-system, labels: { istio: public, example.com/tier: edge } }
jwt:
  providers:
    - name: keycloak
      issuer: https://id.example.com/realms/oda
      jwksUri: https://id.example.com/realms/oda/certs
      audiences: [oda, oda, "https://api.example.com"]
    - name: partner
      issuer: http://partner.example.com
      jwks: ${JSON.stringify(JWKS)}
    - { name: discovered, issuer: "https://login.example.com/" }
apiKeys: { provider: api-key-check }
tls:
  port: 8443
  certificates:
    - { hosts: ["*.API.example.com", api.example.com], secretName: wildcard }
  certManager: { issuer: letsencrypt, kind: ClusterIssuer }
defaults:
  rateLimit: { enabled: true, limit: 100, interval: pm, identifier: "claim:sub" }
  CORS: { enabled: true, allowOrigins: ["https://portal.example.com"] }
  jwt: [keycloak]
  mtls: strict
  networkPolicy: { cidrs: [10.0.0.0/8] }
locked: [rateLimit, jwt, jwt]
`;

describe("readPlatform", () => {
  it("reads every part of a platform file", () => {
    const { azureApim, ...platform } = readPlatform(EVERYTHING);
    assert.deepEqual(
      azureApim.jwt.map(({ name }) => name),
      ["keycloak", "discovered"],
    );
    assert.deepEqual(platform, {
      rules: {
        defaults: {
          CORS: { enabled: true, allowOrigins: ["https://portal.example.com"] },
          rateLimit: { enabled: true, limit: 100, interval: "pm", identifier: "claim:sub" },
          jwt: ["keycloak"],
          mtls: "strict",
          networkPolicy: { cidrs: ["10.0.0.0/8"] },
        },
        locked: ["rateLimit", "jwt"],
        jwtProviders: ["keycloak", "partner", "discovered"],
      },
      istio: {
        workload: {
          namespace: "istio-system",
          labels: { istio: "public", "example.com/tier": "edge" },
        },
        jwt: [
          {
            name: "keycloak",
            issuer: "https://id.example.com/realms/oda",
            jwksUri: "https://id.example.com/realms/oda/certs",
            audiences: ["oda", "https://api.example.com"],
          },
          {
            name: "partner",
            issuer: "http://partner.example.com",
            jwks: '{"keys":[{"e":"AQAB","kid":"1","kty":"RSA","n":"AQAB"}]}',
          },
          { name: "discovered", issuer: "https://login.example.com/" },
        ],
        apiKeys: { provider: "api-key-check" },
        tls: {
          port: 8443,
          certificates: [{ hosts: ["*.api.example.com", "api.example.com"], secretName: "wildcard" }],
          certManager: { issuer: "letsencrypt", kind: "ClusterIssuer" },
        },
      },
      workload: { namespace: "istio-system", labels: { istio: "public", "example.com/tier": "edge" } },
    });
  });

  it("takes a file that says nothing", () => {
    for (const text of ["", "\n", "# nothing yet\n", "---\n", "{}", "jwt:\ntls:\ndefaults:\nlocked:\n"]) {
      assert.deepEqual(readPlatform(text), noPlatform);
    }
  });

  it("takes JSON, which is YAML", () => {
    assert.equal(readPlatform('{"defaults": {"mtls": "permissive"}}').rules.defaults.mtls, "permissive");
  });

  it("takes the key set of a provider as JSON text too", () => {
    const provider = { name: "a", issuer: "https://a.example", jwks: JSON.stringify(JWKS) };
    const text = JSON.stringify({ jwt: { providers: [provider] } });

    assert.deepEqual(JSON.parse(readPlatform(text).istio.jwt?.[0]?.jwks ?? ""), JWKS);
  });

  it("fills in what is usual where a part is said in part", () => {
    const { istio, workload } = readPlatform("gateway: { namespace: edge }");
    assert.deepEqual(istio.workload, { namespace: "edge", labels: { istio: "ingressgateway" } });
    assert.deepEqual(workload, { namespace: "edge" });
    assert.deepEqual(readPlatform("gateway: {}").istio, {});
    const { tls } = readPlatform("tls: { certManager: { issuer: internal } }").istio;
    assert.deepEqual(tls, { certManager: { issuer: "internal", kind: "Issuer" } });
    for (const text of ["{}", "{ cidrs: }", "{ cidrs: [] }"]) {
      const { networkPolicy } = readPlatform(`defaults: { networkPolicy: ${text} }`).rules.defaults;
      assert.deepEqual(networkPolicy, { cidrs: [] });
    }
  });
});

describe("A platform file that is no YAML mapping", () => {
  it("is refused with the line that is wrong", () => {
    assert.match(problems("jwt: [\ntls: }").join(), /at line 2, column \d+/);
    assert.match(problems("locked: []\nlocked: [jwt]").join(), /unique at line 2, column 1$/);
    assert.match(problems("gateway: !vault secret").join(), /[Uu]nresolved tag.* at line 1/);
    assert.equal(problems("a: 1\n---\nb: 2").length, 1);
  });

  it("is refused where it is a list or a text", () => {
    for (const text of ["- jwt", "jwt", "7"]) {
      assert.deepEqual(problems(text), [
        "must be a mapping with the keys gateway, jwt, apiKeys, tls, defaults, locked, azureApim, whalecloudApig",
      ]);
    }
  });

  it("is refused where its aliases multiply", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [alias, name] of ["ab", "bc", "cd", "de", "ef"].map((pair) => pair.split(""))) {
      bomb.push(`${name}: &${name} [${Array<string>(9).fill(`*${alias}`).join(", ")}]`);
    }
    assert.match(problems(bomb.join("\n")).join(), /[Aa]lias/);
  });
});

describe("A platform file", () => {
  const refused: readonly (readonly [what: string, text: string, ...problems: string[]])[] = [
    [
      "a part there is none of",
      "gatewy: {}",
      "gatewy: is not known; the keys here are gateway, jwt, apiKeys, tls, defaults, locked, azureApim, whalecloudApig",
    ],
    [
      "a part without keys",
      "tls: on",
      'tls: "on" must be an object; the keys here are port, certificates, certManager',
    ],
    [
      "misspelt keys anywhere",
      "gateway: { label: {} }\njwt: { providers: [{ name: a, issuer: 'https://a.example', jwksUrl: x }] }\n" +
        "tls: { certManager: { issuer: a, 'k ind': b } }\n" +
        "defaults: { RateLimit: {}, CORS: { handlePreflightRequests: { maxage: 1 } }, networkPolicy: { cidr: [] } }",
      "jwt.providers[0].jwksUrl: is not known; the keys here are name, issuer, jwksUri, jwks, audiences, metadataUrl, clientId, entra",
      "defaults.RateLimit: is not known; the keys here are CORS, rateLimit, jwt, mtls, networkPolicy",
      "defaults.CORS.handlePreflightRequests.maxage: is not known; the keys here are enabled, allowHeaders, " +
        "allowMethods, maxAge",
      "defaults.networkPolicy.cidr: is not known; the keys here are cidrs",
      "gateway.label: is not known; the keys here are namespace, labels",
      'tls.certManager["k ind"]: is not known; the keys here are issuer, kind',
    ],
    [
      "a wrong workload of the gateway",
      "gateway: { namespace: Istio, labels: { 'a/b/c': x, istio: -x, app: } }",
      'gateway.namespace: "Istio" must be a DNS label: at most 63 of a-z, 0-9 and "-", a letter or digit first and last',
      'gateway.labels["a/b/c"]: "x" must have a label\'s key before it: [prefix/]name',
      'gateway.labels.istio: "-x" must be a label value: at most 63 letters, digits, "-", "_" and ".", a letter or ' +
        "digit first and last",
      "gateway.labels.app: is required",
    ],
    [
      "a gateway without labels",
      "gateway: { labels: {} }",
      "gateway.labels: an object must have at least one label, or be left out",
    ],
    [
      "a provider of API keys that no AuthorizationPolicy can name",
      "apiKeys: { provider: Api_Keys }",
      'apiKeys.provider: "Api_Keys" must be a DNS label: at most 63 of a-z, 0-9 and "-", a letter or digit first and last',
    ],
    [
      "wrong certificates",
      "tls: { port: 0, certificates: [{ hosts: ['*.*.example.com', '*', '10.0.0.1'], secretName: A_b }, {}] }",
      "tls.port: 0 must be an integer from 1 to 65535",
      ...["*.*.example.com", "*", "10.0.0.1"].map(
        (host, index) =>
          `tls.certificates[0].hosts[${index}]: "${host}" must be a DNS name of two labels or more, with "*" as its first label or without`,
      ),
      'tls.certificates[0].secretName: "A_b" must be a DNS subdomain: at most 253 of a-z, 0-9, "-" and ".", a letter ' +
        'or digit around each "."',
      "tls.certificates[1].hosts: is required",
      "tls.certificates[1].secretName: is required",
    ],
    [
      "one host in two certificates",
      "tls: { certificates: [{ hosts: [a.example], secretName: a }, { hosts: [A.example], secretName: b }] }",
      'tls.certificates[1].hosts[0]: "A.example" must differ from tls.certificates[0].hosts[0]',
    ],
    [
      "an issuer of another kind than cert-manager has",
      "tls: { certManager: { issuer: a, kind: Vault } }",
      'tls.certManager.kind: "Vault" must be one of Issuer, ClusterIssuer',
    ],
    [
      "defaults that no spec may have",
      "defaults: { rateLimit: { enabled: true }, CORS: { enabled: true, allowCredentials: true, allowOrigins: '*' }, " +
        "mtls: none, networkPolicy: { cidrs: [10.0.0.1/8] } }",
      'defaults.CORS.allowOrigins: "*" must list origins, not "*" (also the default), while allowCredentials is true',
      "defaults.rateLimit.limit: is required while the rate limit is enabled",
      'defaults.networkPolicy.cidrs[0]: "10.0.0.1/8" must be a CIDR in its canonical form, without bits beyond the ' +
        "prefix, e.g. 10.0.0.0/8 or 2001:db8::/32",
      'defaults.mtls: "none" must be one of strict, permissive',
    ],
    [
      "a default in the Azure operator's shape that contradicts itself",
      "defaults: { rateLimit: { limit: 5, period: 60, interval: ps } }",
      "defaults.rateLimit.period: 60 must agree with defaults.rateLimit.interval",
    ],
    [
      "default tokens of a provider there is none of",
      "defaults: { jwt: [keycloak] }",
      'defaults.jwt[0]: "keycloak" must be the name of one of jwt.providers',
    ],
    [
      "a default that counts by claims of tokens nobody has to send",
      "defaults: { rateLimit: { enabled: true, limit: 5, identifier: 'claim:sub' } }",
      'defaults.rateLimit.identifier: "claim:sub" must be IP or a header while defaults.jwt names no provider',
    ],
    [
      "a locked policy there is none of",
      "locked: [quota, jwt]",
      'locked[0]: "quota" must be one of CORS, rateLimit, jwt, mtls, networkPolicy',
    ],
    ["locked as a text", "locked: jwt", 'locked: "jwt" must be a list'],
  ];
  for (const [what, text, ...expected] of refused) {
    it(`is refused with ${what}`, () => {
      assert.deepEqual([...problems(text)].sort(), [...expected].sort());
    });
  }
});
