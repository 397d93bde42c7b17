/** What an API may declare behind Istio, and nothing else: its own objects, for its own requests and its own Pods. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { defaultWorkload, type ApiContext, type IstioSettings, type OwnedObject } from "../../components";
import { type ExposedApi } from "../../spec";

/** An API with what is known around it. */
export interface Exposure {
  readonly api: ExposedApi;
  readonly settings: IstioSettings;
  readonly context: ApiContext;
}

type Spec = Readonly<Record<string, unknown>>;

interface Place {
  readonly exposure: Exposure;
  readonly spec: Spec;
  readonly host: string;
  readonly workload: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
}

/** @throws AssertionError when an object reaches beyond the API it is declared for */
export function assertConfined(exposure: Exposure, object: OwnedObject): void {
  const { api, settings } = exposure;
  const check = checks[object.kind];
  assert.ok(check !== undefined, `an API declares no ${object.kind}`);
  assert.deepEqual(Object.keys(object.fields), ["spec"]);
  assertPlain(object);
  const { isBeside, confine } = check;
  const workload = settings.workload ?? defaultWorkload;
  if (isBeside) assert.deepEqual([object.namespace, object.name], [api.namespace, api.name]);
  else {
    assert.equal(object.namespace, workload.namespace);
    // The name of a Gateway, and of all for the older kind, is one label with a digest at its end; what has no other
    // name is told apart by the test of shared objects.
    const isLabel = object.kind === "Gateway" || api.kind === "API";
    const whole = `${api.namespace}.${api.name}`.slice(0, isLabel ? 38 : 200);
    const name = isLabel ? whole.replaceAll(".", "-") : whole;
    assert.ok(object.name.startsWith(name), `${object.name} is not named after ${whole}`);
  }
  const host = api.hostname ?? settings.publicHostname ?? "*";
  confine({ exposure, spec: object.fields["spec"] as Spec, host, workload });
}

/** No text has a character that ends a line or a field somewhere else. */
function assertPlain(value: unknown): void {
  if (typeof value === "string") assert.doesNotMatch(value, /[\p{Cc}\p{Cs}]/u);
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    assertPlain(key);
    assertPlain(member);
  }
}

const checks: Readonly<Record<string, { isBeside: boolean; confine: (place: Place) => void }>> = {
  VirtualService: { isBeside: true, confine: virtualService },
  PeerAuthentication: { isBeside: true, confine: peerAuthentication },
  NetworkPolicy: { isBeside: true, confine: networkPolicy },
  EnvoyFilter: { isBeside: false, confine: envoyFilter },
  AuthorizationPolicy: { isBeside: false, confine: authorizationPolicy },
  Gateway: { isBeside: false, confine: gateway },
  Certificate: { isBeside: false, confine: certificate },
};

function virtualService({ exposure: { api, settings }, spec, host, workload }: Place): void {
  assertKeys(spec, ["gateways", "hosts", "http"]);
  assert.deepEqual(spec["hosts"], [host]);
  const [own, ...others] = spec["gateways"] as string[];
  assert.equal(own, settings.gateway);
  assert.ok(others.every((gateway) => gateway.startsWith(`${workload.namespace}/`)));
  for (const route of spec["http"] as Spec[]) {
    assertKeys(route, ["corsPolicy", "match", "name", "route"]);
    assert.equal(route["name"], routeNameOf(api));
    assertCors(route["corsPolicy"] as Spec | undefined);
    const matches = route["match"] as Spec[];
    assert.equal(matches.length, 1);
    assertKeys(matches[0], ["uri", "withoutHeaders"]);
    assert.deepEqual(matches[0]?.["uri"], { prefix: api.path });
    assert.deepEqual(route["route"], [
      { destination: { host: api.implementation, port: { number: api.port } } },
    ]);
  }
}

/** Name of the route of an API, which for an object of the older kind says so. */
export function routeNameOf({ kind, namespace, name }: ExposedApi): string {
  return `${namespace}/${name}${kind === "API" ? "/legacy" : ""}`;
}

/** Credentials are for origins that are named. */
function assertCors(policy: Spec | undefined): void {
  const origins = (policy?.["allowOrigins"] ?? []) as Spec[];
  if (policy?.["allowCredentials"] !== true) return;
  assert.ok(origins.every(({ exact }) => typeof exact === "string" && exact !== "*"));
}

function envoyFilter({ exposure: { api, settings }, spec, workload }: Place): void {
  assertKeys(spec, ["configPatches", "workloadSelector"]);
  assert.deepEqual(spec["workloadSelector"], { labels: workload.labels });
  const route = { name: routeNameOf(api) };
  const asked: unknown[] = [];
  for (const { applyTo, match, patch } of spec["configPatches"] as {
    applyTo: string;
    match: Spec;
    patch: Spec;
  }[]) {
    assert.equal(applyTo, "HTTP_ROUTE");
    assert.deepEqual(match, { context: "GATEWAY", routeConfiguration: { vhost: { route } } });
    assert.equal(patch["operation"], "MERGE");
    const value = patch["value"] as { match?: Spec; typed_per_filter_config?: Spec };
    assertKeys(value, ["match", "typed_per_filter_config"]);
    // Headers are added to those of the route: they make it match less.
    assertKeys(value.match ?? {}, ["headers"]);
    const filters = ["envoy.filters.http.jwt_authn", "envoy.filters.http.local_ratelimit", TOKEN_FILTER];
    assertKeys(value.typed_per_filter_config ?? {}, filters);
    asked.push(...issuersIn(value.typed_per_filter_config?.[TOKEN_FILTER]));
  }
  const providers = (settings.jwt ?? []).filter(({ name }) => api.jwt.includes(name));
  assert.deepEqual(
    asked,
    providers.map(({ issuer }) => issuer),
  );
}

const TOKEN_FILTER = "oda-api.token";

/** The issuers whose tokens a route asks for; everybody else is refused. */
function issuersIn(config: unknown): readonly unknown[] {
  if (config === undefined) return [];
  const { action, policies } = (config as { rbac: { rules: { action: string; policies: Spec } } }).rbac.rules;
  assert.equal(action, "ALLOW");
  assertKeys(policies, ["token"]);
  const { principals } = policies["token"] as { principals: { metadata: Spec }[] };
  return principals.map((principal) => {
    assertKeys(principal, ["metadata"]);
    const { filter, path, value } = principal.metadata;
    assert.deepEqual([filter, path], ["envoy.filters.http.jwt_authn", [{ key: "payload" }, { key: "iss" }]]);
    return (value as { string_match: { exact: unknown } }).string_match.exact;
  });
}

function authorizationPolicy({ exposure, spec, host, workload }: Place): void {
  const { api, context } = exposure;
  assertKeys(spec, ["action", "provider", "rules", "selector"]);
  assert.deepEqual(spec["selector"], { matchLabels: workload.labels });
  assert.ok(spec["action"] === "DENY" || spec["action"] === "CUSTOM");
  const rules = spec["rules"] as { to: { operation: Spec }[] }[];
  assert.deepEqual(
    rules.map(({ to }) => to.length),
    [1],
  );
  const operation = rules[0]?.to[0]?.operation ?? {};
  assertKeys(operation, ["hosts", "notHosts", "notPaths", "paths"]);
  assert.deepEqual(operation["paths"], [`${api.path}*`]);
  assert.deepEqual(operation["hosts"], host === "*" ? undefined : [host, `${host}:*`]);
  const excluded = (operation["notPaths"] ?? []) as string[];
  const inner = (context.innerPaths ?? []).filter((path) => path !== api.path);
  assert.ok(inner.every((path) => excluded.some((each) => path.startsWith(each.slice(0, -1)))));
  assert.ok(excluded.every((path) => inner.includes(path.slice(0, -1))));
}

function peerAuthentication({ exposure: { context }, spec }: Place): void {
  assertKeys(spec, ["mtls", "selector"]);
  assertPods((spec["selector"] as Spec)["matchLabels"], context);
}

function networkPolicy({ exposure: { context }, spec }: Place): void {
  assertKeys(spec, ["ingress", "podSelector", "policyTypes"]);
  assert.deepEqual(spec["policyTypes"], ["Ingress"]);
  assertPods((spec["podSelector"] as Spec)["matchLabels"], context);
}

/** A selector without labels would be for every Pod of the namespace. */
function assertPods(labels: unknown, { podLabels }: ApiContext): void {
  assert.deepEqual(labels, podLabels);
  assert.notDeepEqual(labels, {});
}

function gateway({ spec, host, workload }: Place): void {
  assert.deepEqual(spec["selector"], workload.labels);
  for (const { hosts } of spec["servers"] as { hosts: string[] }[]) assert.deepEqual(hosts, [host]);
  assert.notEqual(host, "*");
}

function certificate({ spec, host }: Place): void {
  assertKeys(spec, ["dnsNames", "issuerRef", "secretName"]);
  assert.deepEqual(spec["dnsNames"], [host]);
}

function assertKeys(value: object | undefined, allowed: readonly string[]): void {
  const others = Object.keys(value ?? {}).filter((key) => !allowed.includes(key));
  assert.ok(isDeepStrictEqual(others, []), `unexpected: ${others.join(", ")}`);
}
