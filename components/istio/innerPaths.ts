// Paths inside an API's path that are other APIs': Istio tries routes by their age, not by their length.
import { routePatch } from "./envoyFilter";
import { type EnvoyPatch, type IstioArgs } from "./istioPolicy";

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
 * What a request must not match to be this API's. A match takes one path: undefined where there is none, and where
 * there are more.
 */
export function innerPathMatch(args: IstioArgs): { readonly prefix: string } | undefined {
  const [prefix, ...others] = pathsToLeaveOut(args);
  return prefix === undefined || others.length > 0 ? undefined : { prefix };
}

/** Patches of the route for what {@link innerPathMatch} does not take. */
export function innerPathPatches(args: IstioArgs): readonly EnvoyPatch[] {
  const paths = pathsToLeaveOut(args);
  if (paths.length < 2) return [];
  // The pseudo-header holds path and query; a path has no "?".
  const headers = paths.map((prefix) => ({ name: ":path", string_match: { prefix }, invert_match: true }));
  return [routePatch(args.api, { match: { headers } })];
}

/** Istio tries a route for `/` last of all, unless it has a match on headers. */
function pathsToLeaveOut(args: IstioArgs): readonly string[] {
  const { path, cors } = args.api;
  const matchesHeaders = cors.enabled && !cors.handlePreflightRequests.enabled;
  return path === "/" && !matchesHeaders ? [] : innerPathsOf(args);
}
