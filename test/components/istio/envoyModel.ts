/**
 * How Istio and Envoy read what is declared: which API gets a request, whose AuthorizationPolicy applies to it, and what
 * is asked for on its route.
 * Follows pilot/pkg/networking/core/gateway.go and pilot/pkg/security/authz of Istio 1.31.
 */
import { isDeepStrictEqual } from "node:util";
import { type OwnedObject } from "../../../components";
import { type Json } from "../../spec/examples";
import { patchesOf } from "./examples";

export interface Request {
  /** The header `Host`, with a port or without. */
  readonly authority: string;
  readonly path: string;
}

interface Exclusion {
  readonly name: string;
  readonly prefix?: string;
  readonly exact?: string;
}

interface Route {
  readonly name: string;
  readonly host: string;
  readonly prefix: string;
  readonly without: readonly Exclusion[];
}

/** The name of the route that takes a request; undefined where none does. */
export function routed(
  objects: readonly OwnedObject[],
  gatewayHosts: readonly string[],
  request: Request,
): string | undefined {
  const domain = request.authority.toLowerCase().replace(/:[^:]*$/, "");
  const virtualHosts = new Map<string, Route[]>();
  for (const route of routesIn(objects)) {
    for (const host of gatewayHosts.flatMap((served) => intersection(served, route.host))) {
      virtualHosts.set(host, [...(virtualHosts.get(host) ?? []), route]);
    }
  }
  const routes = virtualHosts.get(domain) ?? virtualHosts.get("*") ?? [];
  const isCatchAll = ({ prefix, without }: Route) => prefix === "/" && !without.some(isInMatch);
  const sorted = [
    ...routes.filter((route) => !isCatchAll(route)),
    ...routes.filter((route) => isCatchAll(route)),
  ];
  return sorted.find((route) => takes(route, request))?.name;
}

/** Only what the VirtualService itself says counts when Istio sorts; patches come later. */
function isInMatch(exclusion: Exclusion & { readonly inMatch?: boolean }): boolean {
  return exclusion.inMatch === true;
}

function intersection(served: string, host: string): readonly string[] {
  if (served === "*" || served === host) return [host];
  return host === "*" ? [served] : [];
}

function patchesIn(objects: readonly OwnedObject[]): ReturnType<typeof patchesOf> {
  return objects
    .filter(({ kind }) => kind === "EnvoyFilter")
    .flatMap(({ fields }) => patchesOf(fields["spec"] as Json));
}

function routesIn(objects: readonly OwnedObject[]): readonly Route[] {
  const patches = patchesIn(objects);
  return objects
    .filter(({ kind }) => kind === "VirtualService")
    .flatMap(({ fields }) => {
      const { hosts, http } = fields["spec"] as { hosts: string[]; http: Json[] };
      return hosts.flatMap((host) => http.map((route) => routeFrom(host, route, patches)));
    });
}

function routeFrom(host: string, http: Json, patches: readonly { match: Json; patch: Json }[]): Route {
  const name = String(http["name"]);
  const [match] = http["match"] as { uri: { prefix: string }; withoutHeaders?: Record<string, object> }[];
  const declared = Object.entries(match?.withoutHeaders ?? {}).map(([header, text]) => ({
    name: header,
    ...text,
    inMatch: true,
  }));
  const patched = patches
    .filter((patch) => routeNameOf(patch.match) === name)
    .flatMap(({ patch }) => (patch["value"] as { match?: { headers: Json[] } }).match?.headers ?? [])
    .map((header) => ({ name: String(header["name"]), ...(header["string_match"] as object) }));
  return { name, host, prefix: match?.uri.prefix ?? "", without: [...declared, ...patched] };
}

/** The name of the route that a patch is for. */
export function routeNameOf(match: Json): string | undefined {
  const found = match as { routeConfiguration?: { vhost?: { route?: { name?: string } } } };
  return found.routeConfiguration?.vhost?.route?.name;
}

function takes({ prefix, without }: Route, { authority, path }: Request): boolean {
  if (!path.startsWith(prefix)) return false;
  return !without.some((each) => {
    if (each.name === ":path") return each.prefix !== undefined && path.startsWith(each.prefix);
    return each.name === ":authority" && each.exact === authority.toLowerCase();
  });
}

/** Whether an AuthorizationPolicy applies to a request. */
export function applies(policy: OwnedObject, { authority, path }: Request): boolean {
  const { rules } = policy.fields["spec"] as { rules: { to: { operation: Record<string, string[]> }[] }[] };
  return rules.some(({ to }) =>
    to.some(({ operation: { hosts, notHosts = [], paths = [], notPaths = [] } }) => {
      const name = authority.toLowerCase();
      const isHost = hosts?.some((each) => fits(each, name)) ?? true;
      const isOther = notHosts.some((each) => fits(each, name)) || notPaths.some((each) => fits(each, path));
      return isHost && !isOther && paths.some((each) => fits(each, path));
    }),
  );
}

function fits(pattern: string, text: string): boolean {
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
}

interface TokenRules {
  readonly action: string;
  readonly policies: Record<string, { permissions: Json[]; principals: { metadata: Json }[] }>;
}

/**
 * Whether a request passes what the gateway asks for on its route, with a verified token of an issuer or without one.
 * AuthorizationPolicies are left out: they are part of the listener, and that of an open connection has none.
 *
 * @param platform what all APIs share
 */
export function passesRoute(
  objects: readonly OwnedObject[],
  platform: readonly OwnedObject[],
  route: string,
  issuer: string | undefined,
): boolean {
  const configs = Object.assign(
    {},
    ...patchesIn(objects)
      .filter(({ match }) => routeNameOf(match) === route)
      .map(({ patch }) => (patch["value"] as Json)["typed_per_filter_config"]),
  ) as Record<string, { disabled?: boolean; rbac?: { rules: TokenRules } }>;
  const verified = configs[VERIFYING_FILTER]?.disabled === true ? undefined : issuer;
  return roleFilters(platform).every((filter) => {
    const rules = configs[filter]?.rbac?.rules;
    return rules === undefined || allows(rules, verified);
  });
}

const VERIFYING_FILTER = "envoy.filters.http.jwt_authn";
const ROLES = "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC";

/** Names of the filters without rules of their own that requests come to after the token is verified. */
function roleFilters(platform: readonly OwnedObject[]): readonly string[] {
  return patchesIn(platform)
    .filter(({ applyTo, patch }) => applyTo === "HTTP_FILTER" && patch["operation"] === "INSERT_BEFORE")
    .map(({ patch }) => patch["value"] as { name: string; typed_config: Json })
    .filter(({ typed_config: config }) => isDeepStrictEqual(config, { "@type": ROLES }))
    .map(({ name }) => name);
}

function allows({ action, policies }: TokenRules, issuer: string | undefined): boolean {
  if (action !== "ALLOW") throw new Error(`the model knows no ${action}`);
  return Object.values(policies).some(({ permissions, principals }) => {
    const isForAll = permissions.some(({ any }) => any === true);
    return isForAll && principals.some(({ metadata }) => isDeepStrictEqual(metadata, claimed(issuer)));
  });
}

/** How a principal names the issuer of a verified token. */
function claimed(issuer: string | undefined): Json {
  return {
    filter: VERIFYING_FILTER,
    path: [{ key: "payload" }, { key: "iss" }],
    value: { string_match: { exact: issuer } },
  };
}
