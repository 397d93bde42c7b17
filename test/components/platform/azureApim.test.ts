import assert from "node:assert/strict";
import { type AzureApimPart, defaultAzureApimPart, readPlatform } from "../../../components";
import { problems } from "./problems";

const SUBSCRIPTION = "22222222-2222-4222-8222-222222222222";
const CERTIFICATE =
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/oda-rg/providers/Microsoft.ApiManagement/service/oda` +
  "/certificates/client";

const EVERYTHING = `
azureApim:
  keyVault: Oda-Vault
  subscriptionId: ${SUBSCRIPTION}
  resourceGroup: oda-rg
  serviceName: oda
  gatewayUrl: https://API.example.com/
  developerPortalUrl: https://portal.example.com:8443
  tier: consumption
  apiIds: namespace-name
  cluster:
    type: istio
    address: 20.1.2.3
    allowFrom: [20.0.0.0/24]
    isolate: true
    host: APIM.example.com
    mutualTls: { credentialName: apim-ca, certificateId: client }
  circuitBreaker: { failures: 5, interval: 60, trip: 30 }
  subscriptionKey: { header: X-Api-Key, query: api-key }
  quotaPeriod: 604800
  maxValidatedBytes: 4096
  namedValues:
    - { name: backend.password, secret: backend-password }
    - { name: other, secret: "https://other.vault.azure.cn/secrets/key" }
  keyVaultIdentity: ${SUBSCRIPTION}
  appInsights: { logger: insights, secret: insights-key, sampling: 10 }
  products:
    - { id: oda, displayName: ODA, approvalRequired: true }
    - { id: starter }
  subscriptions:
    - { id: portal, displayName: Portal, product: oda }
    - { id: all, displayName: All }
  foreignChanges: overwrite
`;

/** What `azureApim` says, as YAML. */
function read(text: string): AzureApimPart {
  return readPlatform(`azureApim: ${text}`).azureApim;
}

/** What is wrong with `azureApim`. */
function refusals(text: string): readonly string[] {
  return problems(`azureApim: ${text}`).map((problem) => problem.replace(/^azureApim\./, ""));
}

describe("azureApim of a platform file", () => {
  it("says all that can be set of API Management", () => {
    const { azureApim, keyVaultUrl } = readPlatform(EVERYTHING);
    assert.equal(keyVaultUrl, "https://oda-vault.vault.azure.net");
    assert.deepEqual(azureApim, {
      subscriptionId: SUBSCRIPTION,
      resourceGroup: "oda-rg",
      serviceName: "oda",
      gatewayUrl: "https://api.example.com",
      developerPortalUrl: "https://portal.example.com:8443",
      tier: "consumption",
      apiIds: "namespace-name",
      cluster: {
        type: "istio",
        address: "20.1.2.3",
        allowFrom: ["20.0.0.0/24"],
        isolate: true,
        host: "apim.example.com",
        tls: true,
        mutualTls: { credentialName: "apim-ca", certificateId: "client" },
      },
      circuitBreaker: { failures: 5, interval: 60, trip: 30 },
      jwt: [],
      subscriptionKey: { header: "X-Api-Key", query: "api-key" },
      quotaPeriod: 604_800,
      maxValidatedBytes: 4096,
      namedValues: [
        { name: "backend.password", secret: "backend-password" },
        { name: "other", secret: "https://other.vault.azure.cn/secrets/key" },
      ],
      keyVaultIdentity: SUBSCRIPTION,
      appInsights: { logger: "insights", secret: "insights-key", sampling: 10 },
      products: [
        { id: "oda", displayName: "ODA", subscriptionRequired: true, approvalRequired: true },
        { id: "starter", subscriptionRequired: true, approvalRequired: false },
      ],
      subscriptions: [
        { id: "portal", displayName: "Portal", product: "oda" },
        { id: "all", displayName: "All" },
      ],
      foreignChanges: "overwrite",
    });
  });

  it("has defaults for all but what Key Vault has", () => {
    assert.deepEqual(read("{}"), defaultAzureApimPart);
    assert.deepEqual(defaultAzureApimPart, {
      tier: "standard",
      apiIds: "name",
      cluster: { type: "ingress", className: "istio", isolate: false },
      jwt: [],
      subscriptionKey: { header: "Ocp-Apim-Subscription-Key", query: "subscription-key" },
      quotaPeriod: 30 * 24 * 3600,
      maxValidatedBytes: 102_400,
      namedValues: [],
      products: [],
      subscriptions: [],
      foreignChanges: "report",
    });
  });

  it("knows a Key Vault by its name, or by its URL in other clouds", () => {
    const { keyVaultUrl } = readPlatform("azureApim: { keyVault: 'https://oda.vault.azure.cn/' }");
    assert.equal(keyVaultUrl, "https://oda.vault.azure.cn");
    assert.equal(readPlatform("azureApim: {}").keyVaultUrl, undefined);
  });

  it("has an Ingress as the cluster side unless it says otherwise", () => {
    const { cluster } = read(
      "{ cluster: { host: Api.internal, tlsSecretName: apim-tls, address: '[2001:db8::1]' } }",
    );
    assert.deepEqual(cluster, {
      type: "ingress",
      className: "istio",
      address: "[2001:db8::1]",
      isolate: false,
      host: "api.internal",
      tlsSecretName: "apim-tls",
    });
    assert.deepEqual(read("{ cluster: { type: istio } }").cluster, {
      type: "istio",
      isolate: false,
      tls: false,
    });
  });

  it("takes the resource id of a certificate too", () => {
    const mutualTls = `{ credentialName: a, certificateId: "${CERTIFICATE}" }`;
    const { cluster } = read(`{ cluster: { type: istio, host: a.example, mutualTls: ${mutualTls} } }`);
    assert.ok(cluster.type === "istio");
    assert.equal(cluster.mutualTls?.certificateId, CERTIFICATE);
  });

  it("has a logger of its own with the secret of TM Forum's operator, or one that is there", () => {
    assert.deepEqual(read("{ appInsights: {} }").appInsights, {
      logger: "oda-api",
      secret: "app-insights-instrumentation-key",
      sampling: 100,
    });
    const { appInsights } = read("{ appInsights: { logger: platform, sampling: 0 } }");
    assert.deepEqual(appInsights, { logger: "platform", sampling: 0 });
  });

  const names: readonly (readonly [key: string, taken: readonly string[], refused: readonly string[]])[] = [
    ["subscriptionId", [SUBSCRIPTION, SUBSCRIPTION.replace(/2$/, "F")], ["oda", `{${SUBSCRIPTION}}`]],
    ["resourceGroup", ["oda", "Rg_(1).x-y", "größe"], ["a.", "a/b", "a b", "a".repeat(91), "a?"]],
    ["serviceName", ["a", "Oda-1", "a".repeat(50)], ["1a", "a-", "a_b", "a".repeat(51), "a/b"]],
    [
      "keyVault",
      ["oda", "Oda-1", "https://a.example"],
      ["ab", "1ab", "a--b", "ab-", "http://a.example", "https://a/b"],
    ],
    [
      "gatewayUrl",
      ["https://a.example", "https://a.example:444/"],
      ["http://a.example", "https://a.example/p", "a"],
    ],
    ["keyVaultIdentity", [SUBSCRIPTION], ["system"]],
    ["quotaPeriod", ["300"], ["299", "day"]],
    ["maxValidatedBytes", ["1", "102400"], ["0", "102401"]],
    ["tier", ["consumption", "v2"], ["developer"]],
    ["apiIds", ["name"], ["uid"]],
    ["foreignChanges", ["report"], ["ignore"]],
  ];
  for (const [key, taken, refused] of names) {
    it(`has a rule for ${key}`, () => {
      for (const text of taken) assert.deepEqual(refusals(JSON.stringify({ [key]: text })), [], text);
      for (const text of refused) {
        const found = refusals(JSON.stringify({ [key]: text }));
        assert.equal(found.length, 1, text);
        assert.ok(found[0]?.startsWith(`${key}: `) && found[0].includes(" must be "), found[0]);
      }
    });
  }

  const refused: readonly (readonly [what: string, text: string, ...problems: string[]])[] = [
    [
      "a misspelt key of the cluster side that it has",
      "{ cluster: { type: ingress, mutualTls: {} } }",
      "cluster.mutualTls: is not known; the keys here are type, address, allowFrom, isolate, host, className, tlsSecretName",
    ],
    [
      "a cluster side there is none of",
      "{ cluster: { type: nginx } }",
      'cluster.type: "nginx" must be one of ingress, istio',
    ],
    ["a cluster side that is no object", "{ cluster: istio }", 'cluster: "istio" must be an object'],
    [
      "blocks of addresses at a gateway that does not look, and for any host",
      "{ cluster: { className: nginx, allowFrom: [10.0.0.0/8] } }",
      'cluster.className: "nginx" must be istio where allowFrom is set, which only the Istio gateway enforces',
      "cluster.host: is required where allowFrom is set",
    ],
    [
      "Pods that are isolated from what serves their Ingress",
      "{ cluster: { className: nginx, isolate: true } }",
      'cluster.className: "nginx" must be istio where isolate is true: Pods that are isolated take requests from the ' +
        "Istio gateway",
    ],
    [
      "addresses with which nobody can be called",
      "{ cluster: { host: a.example, address: 'https://a.example', allowFrom: [10.0.0.1/8] } }",
      'cluster.address: "https://a.example" must be a host name or an IP address, one of IPv6 in brackets',
      'cluster.allowFrom[0]: "10.0.0.1/8" must be a CIDR in its canonical form, without bits beyond the prefix, e.g. ' +
        "10.0.0.0/8 or 2001:db8::/32",
    ],
    [
      "an address that is none",
      "{ cluster: { address: 256.1.1.1 } }",
      'cluster.address: "256.1.1.1" must be a host name or an IP address, one of IPv6 in brackets',
    ],
    [
      "mutual TLS without a host, without TLS and without a certificate",
      "{ cluster: { type: istio, tls: false, mutualTls: { credentialName: Ca } } }",
      "cluster.tls: false must be true, or left out, where mutualTls is set",
      "cluster.host: is required where mutualTls is set",
      'cluster.mutualTls.credentialName: "Ca" must be a DNS subdomain: at most 253 of a-z, 0-9, "-" and ".", a letter ' +
        'or digit around each "."',
      "cluster.mutualTls.certificateId: is required",
    ],
    [
      "half a circuit breaker",
      "{ circuitBreaker: { failures: 0 } }",
      "circuitBreaker.failures: 0 must be an integer from 1 to 10000",
      "circuitBreaker.interval: is required",
      "circuitBreaker.trip: is required",
    ],
    [
      "a place of the subscription key that no request has",
      "{ subscriptionKey: { header: 'X Key', query: 'a&b' } }",
      'subscriptionKey.header: "X Key" must be an HTTP token: letters, digits and "-!#$%&\'*+.^_`|~"',
      'subscriptionKey.query: "a&b" must be the name of a query parameter: at most 64 letters, digits, "-", ".", "_" and "~"',
    ],
    [
      "two named values that differ in case alone",
      "{ namedValues: [{ name: a, secret: s }, { name: A, secret: s }] }",
      'namedValues[1].name: "A" must differ from azureApim.namedValues[0].name',
    ],
    [
      "a named value with the secret itself, or a version of it",
      "{ namedValues: [{ name: 'a b', secret: 'p@ss word' }, { secret: 'https://v.vault.azure.net/secrets/s/0123' }] }",
      'namedValues[0].name: "a b" must be the name of a named value: at most 256 letters, digits, "-", "." and "_"',
      ...[0, 1].map(
        (index) =>
          `namedValues[${index}].secret: (not shown) must be the name of a secret in Key Vault, at most 127 letters, ` +
          'digits and "-", or its id without a version, https://host/secrets/name',
      ),
      "namedValues[1].name: is required",
    ],
    [
      "products whose owner is somebody else, or that nobody can subscribe to",
      "{ products: [{ id: a, approvalRequired: true }, { id: b, displayName: B, subscriptionRequired: false, " +
        "approvalRequired: true }, { id: A_ }] }",
      "products[0].approvalRequired: true must be left out without a displayName: such a product is there already",
      "products[1].approvalRequired: true must be false, or left out, where subscriptionRequired is false",
      'products[2].id: "A_" must be an id in API Management: at most 80 letters, digits and "-", a letter or digit first ' +
        "and last",
    ],
    [
      "a subscription without a name",
      "{ subscriptions: [{ id: a }] }",
      "subscriptions[0].displayName: is required",
    ],
    [
      "a sampling beyond all requests",
      "{ appInsights: { sampling: 101 } }",
      "appInsights.sampling: 101 must be an integer from 0 to 100",
    ],
  ];
  for (const [what, text, ...expected] of refused) {
    it(`is refused with ${what}`, () => {
      assert.deepEqual([...refusals(text)].sort(), [...expected].sort());
    });
  }
});
