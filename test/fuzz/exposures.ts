/** What fast-check makes up for the gateway: objects of APIs, platform files, and what the cluster says of an API. */
import * as fc from "fast-check";
import { type ApiContext } from "../../components";
import { type Json } from "../spec/examples";
import { anything, hostNames, names, paths, podLabels, texts, tokens } from "./hostile";

/** Namespaces of APIs and of gateways. One has the longest name there is. */
export const NAMESPACES = ["components", "istio-ingress", "n".repeat(63)];

const PROVIDERS = ["keycloak", "partner"];
const CIDRS = ["10.0.0.0/8", "0.0.0.0/0", "192.0.2.7/32", "2001:db8::/32", "::/0", "fd00::1/128"];
const ORIGINS = [
  ...[
    "https://shop.example.com",
    "HTTPS://Shop.Example.com:443",
    "http://localhost:3000",
    "capacitor://localhost",
  ],
  ...["http://[2001:db8::1]:8080", "https://10.0.0.1", `https://${"a".repeat(63)}.example`],
];

const optionally = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const list = (items: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(items, { minLength: 1, maxLength }).map((each) => each.join(","));
const count = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.constantFrom(1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
);

const identifier = fc.oneof(
  fc.constantFrom(
    "IP",
    "ip",
    "header:x-client",
    "X-Api-Key",
    "claim:sub",
    "jwt:https://a.example/tenant",
    "claim:a.b",
  ),
  tokens,
  texts("aZ0_.:/-", 128).map((name) => `claim:${name}`),
);

const cors = fc.record(
  {
    enabled: fc.boolean(),
    allowCredentials: fc.boolean(),
    allowOrigins: fc.oneof(
      fc.constant("*"),
      list(fc.constantFrom(...ORIGINS), 5),
      list(hostNames.map(toOrigin), 120),
    ),
    handlePreflightRequests: fc.record(
      { enabled: fc.boolean(), allowHeaders: list(tokens, 8), allowMethods: list(tokens, 8), maxAge: count },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["enabled", "allowOrigins"] },
);

const rateLimit = fc.record(
  { enabled: fc.boolean(), limit: count, identifier, interval: fc.constantFrom("ps", "pm") },
  { requiredKeys: ["enabled", "limit"] },
);

const annotations = fc.record(
  {
    "oda.tmforum.org/jwt": fc.constantFrom("none", "keycloak", "partner", "partner, keycloak"),
    "oda.tmforum.org/mtls": fc.constantFrom("none", "strict", "permissive"),
    "oda.tmforum.org/network-policy": fc.oneof(
      fc.constantFrom("none", "gateway"),
      list(fc.constantFrom(...CIDRS), 6),
    ),
  },
  { requiredKeys: [] },
);

const kind = fc.constantFrom("ExposedAPI" as const, "API" as const);

/** Objects whose every field is within the rules, although together they may not be. */
const plausible = fc.record({
  apiVersion: fc.constant("oda.tmforum.org/v1"),
  kind,
  metadata: fc.record({
    name: names,
    namespace: fc.constantFrom(...NAMESPACES),
    uid: fc.constant("00000000-0000-4000-8000-000000000000"),
    annotations,
    labels: fc.constantFrom({}, { "oda.tmforum.org/componentName": "pc-productcatalog" }),
  }),
  spec: fc.record(
    {
      name: fc.constant("api"),
      apiType: fc.constantFrom("openapi", "mcp"),
      implementation: texts("abcdefgh0123456789", 63),
      path: paths,
      port: fc.constantFrom(1, 8080, 65535),
      hostname: hostNames,
      template: fc.constantFrom("gold", "ü".repeat(200)),
      CORS: cors,
      rateLimit,
      quota: fc.record({ identifier: fc.string({ maxLength: 5 }), limit: count }),
      apiKeyVerification: fc.record({ enabled: fc.boolean(), location: fc.constantFrom("header", "query") }),
      OASValidation: fc.record({ requestEnabled: fc.boolean(), allowUnspecifiedCookies: fc.boolean() }),
    },
    { requiredKeys: ["name", "apiType", "implementation", "path", "port"] },
  ),
});

const FIELDS = [
  ...["kind", "metadata", "metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations"],
  ...["jwt", "mtls", "network-policy", "gateway"].map(
    (name) => `metadata.annotations.oda.tmforum.org/${name}`,
  ),
  ...["", ".name", ".implementation", ".path", ".port", ".hostname", ".template"].map(
    (name) => `spec${name}`,
  ),
  ...["", ".enabled", ".allowCredentials", ".allowOrigins"].map((name) => `spec.CORS${name}`),
  ...["", ".enabled", ".allowHeaders", ".allowMethods", ".maxAge"].map(
    (name) => `spec.CORS.handlePreflightRequests${name}`,
  ),
  ...["", ".enabled", ".limit", ".identifier", ".interval", ".period"].map((name) => `spec.rateLimit${name}`),
  ...[
    "spec.quota",
    "spec.quota.limit",
    "spec.apiKeyVerification.enabled",
    "spec.OASValidation.requestEnabled",
  ],
];

/** Objects of APIs; in a third of them some fields hold anything. */
export const apiObjects: fc.Arbitrary<unknown> = fc
  .tuple(
    plausible,
    fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.array(fc.tuple(fc.constantFrom(...FIELDS), anything), { minLength: 1, maxLength: 3 }),
      },
    ),
  )
  .map(([object, changes]) =>
    changes.reduce<unknown>((changed, [field, value]) => withField(changed, field, value), object),
  );

/** Platform files, as the objects they hold; not all are taken. */
export const platformFiles: fc.Arbitrary<unknown> = fc.record(
  {
    gateway: fc.record({
      namespace: fc.constantFrom(...NAMESPACES),
      labels: fc.constantFrom(
        { istio: "ingressgateway" },
        { "app.kubernetes.io/name": "edge", tier: "v".repeat(63) },
      ),
    }),
    jwt: fc.constant({
      providers: PROVIDERS.map((name) => ({
        name,
        issuer: `https://${name}.example/realms/a`,
        audiences: ["oda", "b/c"],
      })),
    }),
    apiKeys: fc.constantFrom({ provider: "api-key-check" }, { provider: "k".repeat(63) }),
    tls: fc.record(
      {
        port: fc.constantFrom(443, 8443),
        certificates: fc
          .uniqueArray(hostNames, { minLength: 1, maxLength: 4, selector: (host) => host.toLowerCase() })
          .map((hosts) =>
            hosts.map((host, index) => ({
              hosts: index % 2 === 0 ? [host] : [`*.${host}`],
              secretName: names253(index),
            })),
          ),
        certManager: fc.constantFrom({ issuer: "letsencrypt", kind: "ClusterIssuer" }, { issuer: "own" }),
      },
      { requiredKeys: [] },
    ),
    defaults: fc.record(
      {
        CORS: cors,
        rateLimit,
        jwt: fc.subarray(PROVIDERS, { minLength: 1 }),
        mtls: fc.constantFrom("strict", "permissive"),
        networkPolicy: fc.record({ cidrs: fc.uniqueArray(fc.constantFrom(...CIDRS)) }),
        other: fc.constant({}),
      },
      { requiredKeys: [] },
    ),
    locked: fc.subarray(["CORS", "rateLimit", "jwt", "mtls", "networkPolicy"]),
  },
  { requiredKeys: [] },
);

/** What surrounds an API: what the cluster says of it, and how its gateway is called. */
export interface Surroundings {
  readonly gateway: string;
  readonly apiVersion: "networking.istio.io/v1" | "networking.istio.io/v1beta1";
  readonly publicHostname: string | undefined;
  readonly contextFor: (path: string) => ApiContext;
}

export const surroundings: fc.Arbitrary<Surroundings> = fc
  .record({
    gateway: fc.constantFrom("component-gateway", "components/component-gateway"),
    apiVersion: fc.constantFrom("networking.istio.io/v1", "networking.istio.io/v1beta1"),
    publicHostname: fc.constantFrom(undefined, "apis.example.com", "203.0.113.7"),
    podLabels: optionally(podLabels),
    inner: fc.array(paths, { maxLength: 30 }),
    otherHosts: fc.array(hostNames, { maxLength: 20 }),
    hostHolder: optionally(fc.record({ kind, namespace: fc.constantFrom(...NAMESPACES), name: names })),
  })
  .map(({ podLabels: labels, inner, otherHosts, hostHolder, ...gateway }) => ({
    ...gateway,
    contextFor: (path) => ({
      ...(labels === undefined ? {} : { podLabels: labels }),
      innerPaths: inner.map((each) => `${path}${each}`.replaceAll("//", "/")).sort(),
      otherHosts: otherHosts.map((host) => host.toLowerCase()).sort(),
      ...(hostHolder === undefined ? {} : { hostHolder }),
    }),
  }));

/** A copy with another value at a place such as `spec.CORS.enabled`; annotations have dots in their names. */
function withField(object: unknown, field: string, value: unknown): unknown {
  const [, head = "", rest] = /^(oda\.tmforum\.org\/[^.]+|[^.]*)\.?(.*)$/.exec(field) ?? [];
  if (head === "") return value;
  const members = typeof object === "object" && object !== null ? (object as Json) : {};
  return {
    ...members,
    [head]: rest === undefined || rest === "" ? value : withField(members[head], rest, value),
  };
}

function toOrigin(host: string): string {
  return `https://${host}`;
}

function names253(index: number): string {
  return `${"s".repeat(250)}${index}`;
}
