/** What fast-check makes up: valid APIs with the ways to write them, and specs with anything anywhere. */
import * as fc from "fast-check";
import { type Json } from "./examples";

const LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";
const letters = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters.split("")), minLength: 1, maxLength });

const label = letters(LOWER, 20);
const host = fc
  .array(label, { minLength: 1, maxLength: 3 })
  .map((labels) => [...labels, "example"].join("."));
const path = fc
  .array(letters(`${LOWER}ABC-_~!$&'()*+,;=:@`, 12), { maxLength: 5 })
  .map((segments) => `/${segments.join("/")}`);
const url = fc.tuple(host, path).map(([name, where]) => `https://${name}${where}`);
const count = fc.integer({ min: 1, max: 1_000_000 });
const token = letters("ABCxyz-!#$%&'*+.^_`|~", 10);
const optionally = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** The settings of an API, apart from the shape a version writes them in. */
export interface ValidApi {
  readonly apiType: string;
  readonly name: string;
  readonly implementation: string;
  readonly path: string;
  readonly port: number;
  readonly url: string | undefined;
  readonly hostname: string | undefined;
  readonly developerUI: string | undefined;
  readonly policies: {
    readonly rateLimit: { readonly enabled: boolean; readonly limit: number; readonly interval: string };
    readonly quota: number | undefined;
    readonly origins: readonly string[];
    readonly methods: readonly string[];
    readonly maxAge: number;
    readonly cors: boolean;
  };
}

export const validApi: fc.Arbitrary<ValidApi> = fc.record({
  apiType: fc.constantFrom("openapi", "prometheus"),
  name: letters(`${LOWER}ABC -`, 30).map((text) => `n${text}`),
  implementation: label,
  path,
  port: fc.integer({ min: 1, max: 65535 }),
  url: optionally(url),
  hostname: optionally(host),
  developerUI: optionally(fc.oneof(path, url)),
  policies: fc.record({
    rateLimit: fc.record({ enabled: fc.boolean(), limit: count, interval: fc.constantFrom("ps", "pm") }),
    quota: optionally(count),
    origins: fc.array(
      host.map((name) => `https://${name}`),
      { minLength: 1, maxLength: 4 },
    ),
    methods: fc.array(token, { minLength: 1, maxLength: 4 }),
    maxAge: fc.nat(),
    cors: fc.boolean(),
  }),
});

const metadata = { name: "r1-catalog-api", namespace: "components" };

/** As v1 has it: objects in `specification`, limits as strings, lists as CSV. */
export function inV1(api: ValidApi): Json & { readonly spec: Json } {
  const { rateLimit, quota, origins, methods, maxAge, cors } = api.policies;
  return {
    apiVersion: "oda.tmforum.org/v1",
    kind: "ExposedAPI",
    metadata,
    spec: {
      ...service(api),
      apiType: api.apiType,
      ...(api.url !== undefined && { specification: [{ url: api.url }] }),
      rateLimit: { ...rateLimit, limit: String(rateLimit.limit) },
      ...(quota !== undefined && { quota: { limit: String(quota) } }),
      CORS: {
        enabled: cors,
        allowOrigins: origins.join(", "),
        handlePreflightRequests: { allowMethods: methods.join(","), maxAge },
      },
    },
  };
}

/** As v1beta4 has it, with what charts of its time wrote for unset fields. */
export function inV1beta4(api: ValidApi): Json {
  const { spec } = inV1(api);
  const specification = api.url === undefined ? undefined : { url: api.url, version: "" };
  return {
    apiVersion: "oda.tmforum.org/v1beta4",
    kind: "ExposedAPI",
    metadata,
    spec: {
      template: "",
      quota: { identifier: "", limit: "" },
      ...spec,
      segment: "coreFunction",
      specification,
    },
  };
}

/** As v1beta3 has it: strings in `specification`. */
export function inV1beta3(api: ValidApi): Json {
  const specification = api.url === undefined ? undefined : [api.url];
  const { spec } = inV1(api);
  return {
    apiVersion: "oda.tmforum.org/v1beta3",
    kind: "ExposedAPI",
    metadata,
    spec: { ...spec, specification },
  };
}

/** As the kind `API` may have it: no schema, so numbers for strings, strings for numbers, and lists for CSV. */
export function inOldestShape(api: ValidApi): Json {
  const { rateLimit, quota, origins, methods, maxAge, cors } = api.policies;
  return {
    apiVersion: "oda.tmforum.org/v1alpha1",
    kind: "API",
    metadata,
    spec: {
      ...service(api),
      port: String(api.port),
      apitype: api.apiType,
      specification: api.url ?? "",
      rateLimit: {
        enabled: String(rateLimit.enabled),
        limit: rateLimit.limit,
        period: rateLimit.interval === "pm" ? 60 : 1,
      },
      quota: { limit: quota ?? null },
      CORS: { enabled: String(cors), allowOrigins: origins, allowMethods: methods, maxAge: String(maxAge) },
    },
  };
}

function service({ name, implementation, path, port, hostname, developerUI }: ValidApi): Json {
  return {
    name,
    implementation,
    path,
    port,
    ...(hostname !== undefined && { hostname }),
    ...(developerUI !== undefined && { developerUI }),
  };
}

const FIELDS = [
  ..."name apiType apitype implementation path port segment specification developerUI hostname template".split(
    " ",
  ),
  ..."resources required apiSDO basicAuth apiKeyVerification rateLimit quota OASValidation CORS".split(" "),
  ..."enabled location identifier limit interval period url version username password key requestEnabled".split(
    " ",
  ),
  ..."allowCredentials allowOrigins handlePreflightRequests allowHeaders allowMethods maxAge".split(" "),
];

const scalar = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", " ", "*", "true", "8080", "ps", "openapi", "https://a.example", "/a", "openapi: 3"),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);

/** Objects and lists under the CRD's own names, so that a parse goes deep, with anything at their ends. */
export const anySpec: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie("node"), { maxKeys: 8 }),
  ),
})).node;

/** A spec of the same, which is always an object. */
export const messySpec: fc.Arbitrary<Json> = fc.dictionary(fc.constantFrom(...FIELDS), anySpec, {
  maxKeys: 15,
});
