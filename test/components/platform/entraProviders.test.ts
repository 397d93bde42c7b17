import assert from "node:assert/strict";
import { readPlatform } from "../../../components";
import { problems } from "./problems";

const TENANT = "33333333-3333-4333-8333-333333333333";
const CLIENT = "44444444-4444-4444-8444-444444444444";
const ISSUER = `https://login.microsoftonline.com/${TENANT}/v2.0`;

/** What a file with these providers says. */
function read(...providers: readonly object[]) {
  const { rules, istio, azureApim } = readPlatform(JSON.stringify({ jwt: { providers } }));
  return { names: rules.jwtProviders, istio: istio.jwt, azure: azureApim.jwt };
}

/** What is wrong with these providers. */
function refusals(...providers: readonly object[]): readonly string[] {
  return problems(JSON.stringify({ jwt: { providers } }));
}

describe("A provider that is Microsoft Entra ID", () => {
  it("is an ordinary issuer for Istio where the file says its tenant and its applications", () => {
    const { names, istio, azure } = read({ name: "entra", entra: { tenantId: TENANT, clientIds: [CLIENT] } });
    assert.deepEqual(names, ["entra"]);
    assert.deepEqual(istio, [
      { name: "entra", issuer: ISSUER, audiences: [CLIENT, `api://${CLIENT}`], clientIds: [CLIENT] },
    ]);
    assert.deepEqual(azure, [{ type: "entra", name: "entra", tenantId: TENANT, clientIds: [CLIENT] }]);
  });

  it("may take tokens of any application for an audience", () => {
    const entra = { tenantId: TENANT.toUpperCase(), clientIds: [] };
    const { istio } = read({ name: "entra", entra, audiences: ["oda"] });
    assert.deepEqual(istio, [{ name: "entra", issuer: ISSUER, audiences: ["oda"] }]);
  });

  for (const [what, entra] of [
    ["nothing", {}],
    ["only its applications", { clientIds: [CLIENT] }],
    ["only its tenant", { tenantId: TENANT }],
  ] as const) {
    it(`is known to Azure alone where the file says ${what}, and may be asked for all the same`, () => {
      const { names, istio, azure } = read({ name: "entra", entra });
      assert.deepEqual(names, ["entra"]);
      assert.deepEqual(istio, []);
      assert.deepEqual(azure, [{ type: "entra", name: "entra", ...entra }]);
    });
  }

  const refused: readonly (readonly [what: string, providers: readonly object[], ...problems: string[]])[] = [
    [
      "an issuer, keys or a discovery document of its own",
      [
        {
          name: "a",
          entra: {},
          issuer: "https://a.example",
          jwksUri: "https://a.example",
          metadataUrl: "https://a.example",
          clientId: "a",
        },
      ],
      ...["issuer", "jwksUri", "metadataUrl", "clientId"].map(
        (key) =>
          `jwt.providers[0].${key}: "${key === "clientId" ? "a" : "https://a.example"}" must be left out where entra is set`,
      ),
    ],
    [
      "ids that are none",
      [{ name: "a", entra: { tenantId: "contoso.com", clientIds: ["x"] } }],
      'jwt.providers[0].entra.tenantId: "contoso.com" must be a UUID, e.g. 00000000-0000-0000-0000-000000000000',
      'jwt.providers[0].entra.clientIds[0]: "x" must be a UUID, e.g. 00000000-0000-0000-0000-000000000000',
    ],
    [
      "neither applications nor audiences",
      [{ name: "a", entra: { tenantId: TENANT, clientIds: [] } }],
      "jwt.providers[0].audiences: is required where entra.clientIds is empty: any token of the tenant would pass",
    ],
    [
      "the tenant of another",
      [
        { name: "a", issuer: ISSUER },
        { name: "b", entra: { tenantId: TENANT.toUpperCase() } },
      ],
      `jwt.providers[1].entra.tenantId: "${TENANT}" must differ from jwt.providers[0].issuer`,
    ],
    [
      "the tenant of the Key Vault twice",
      [
        { name: "a", entra: {} },
        { name: "b", entra: { clientIds: [CLIENT] } },
      ],
      "jwt.providers[1].entra.tenantId: is required: another provider has the tenant of the Key Vault",
    ],
    [
      "a misspelt key",
      [{ name: "a", entra: { tenant: TENANT } }],
      "jwt.providers[0].entra.tenant: is not known; the keys here are tenantId, clientIds",
    ],
  ];
  for (const [what, providers, ...expected] of refused) {
    it(`is refused with ${what}`, () => {
      assert.deepEqual([...refusals(...providers)].sort(), [...expected].sort());
    });
  }
});

describe("Any other provider", () => {
  const oidc = { name: "keycloak", issuer: "https://id.example.com/realms/oda" };

  it("is known to API Management by its discovery document, which may be elsewhere", () => {
    const standard = "https://id.example.com/realms/oda/.well-known/openid-configuration";
    assert.deepEqual(read(oidc).azure, [{ type: "oidc", ...oidc, metadataUrl: standard }]);
    const metadataUrl = "https://id.internal/discovery";
    assert.deepEqual(read({ ...oidc, metadataUrl, clientId: "portal", audiences: ["oda"] }).azure, [
      { type: "oidc", ...oidc, metadataUrl, clientId: "portal", audiences: ["oda"] },
    ]);
  });

  it("is the same for Istio with or without what only API Management is told", () => {
    const more = { metadataUrl: "https://id.internal/discovery", clientId: "portal" };
    assert.deepEqual(read({ ...oidc, ...more }).istio, read(oidc).istio);
  });

  it("is not known to API Management where it has only a key set", () => {
    const jwks = { keys: [{ kty: "RSA", n: "AQAB", e: "AQAB" }] };
    assert.deepEqual(read({ ...oidc, jwks }).azure, []);
    assert.equal(read({ ...oidc, jwks, metadataUrl: "https://id.internal/discovery" }).azure.length, 1);
  });

  it("is refused with a discovery document that is no URL", () => {
    assert.match(
      refusals({ ...oidc, metadataUrl: "discovery" }).join(),
      /metadataUrl: .* must be an http or https/,
    );
  });
});
