// Requests inside an API's path and hosts that are other APIs'. Its route and the policies on its requests leave out the
// same ones: what only a policy left out would reach the API unchecked.
import { type ExposedApi } from "../../spec";
import { routePatch } from "./envoyFilter";
import { isGuarded, type EnvoyPatch, type IstioArgs } from "./istioPolicy";
import { tlsPort } from "./settings";
import { virtualServiceHosts } from "./url";

/** Ports that a client names beside a host: those of Istio's ingress gateway, and of its container. */
const PORTS = [80, 443, 8080, 8443];

/** The paths of other APIs inside this one's: those that are not inside yet another one's. */
export function innerPathsOf({ api, context }: IstioArgs): readonly string[] {
  const outermost: string[] = [];
  for (const path of [...(context?.innerPaths ?? [])].sort()) {
    const last = outermost.at(-1);
    const isInside = last !== undefined && path.startsWith(last);
    if (path !== api.path && path.startsWith(api.path) && !isInside) outermost.push(path);
  }
  return outermost;
}

/**
 * Hosts of other APIs, as a request names them, with a port and without, for an API on every host that asks who calls.
 *
 * Envoy finds the routes of a host without its port, an AuthorizationPolicy compares both. `host:*` would be too much:
 * it matches texts that Envoy takes for another host, such as `host:1:2`.
 */
export function otherHostsOf({ api, settings, context }: IstioArgs): readonly string[] {
  if (!isGuarded(api) || !virtualServiceHosts(api, settings).includes("*")) return [];
  const ports = [...new Set([...PORTS, tlsPort(settings)])];
  return (context?.otherHosts ?? []).flatMap((host) => [host, ...ports.map((port) => `${host}:${port}`)]);
}

/** The path that the match of the VirtualService leaves out. It takes one: undefined where there are more. */
export function excludedByMatch(args: IstioArgs): string | undefined {
  const [path, ...others] = excludedPaths(args);
  return others.length === 0 ? path : undefined;
}

/** Patches of the route that leave out what the match does not take. */
export function excludedByPatch(args: IstioArgs): readonly EnvoyPatch[] {
  const paths = excludedByMatch(args) === undefined ? excludedPaths(args) : [];
  const headers = [
    // The pseudo-header holds path and query; a path has no "?".
    ...paths.map((prefix) => ({ name: ":path", string_match: { prefix }, invert_match: true })),
    ...otherHostsOf(args).map((exact) => ({
      name: ":authority",
      string_match: { exact, ignore_case: true },
      invert_match: true,
    })),
  ];
  return headers.length === 0 ? [] : [routePatch(args.api, { match: { headers } })];
}

/** Istio tries routes by their age, not by their length, and a route for `/` last. */
function excludedPaths(args: IstioArgs): readonly string[] {
  return isTriedLast(args.api) ? [] : innerPathsOf(args);
}

/** A route for `/` is tried last as long as it matches no header. While the other route is not there, it is taken. */
export function isTriedLast(api: ExposedApi): boolean {
  const matchesHeaders = api.cors.enabled && !api.cors.handlePreflightRequests.enabled;
  return api.path === "/" && !matchesHeaders && !isGuarded(api);
}
