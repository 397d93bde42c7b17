// Paths inside an API's path that are other APIs': Istio tries routes by their age, not by their length.
import { routePatch } from "./envoyFilter";
import { type EnvoyPatch, type IstioArgs } from "./istioPolicy";

/** Longest regular expression that Istio takes, in characters. */
const MAX_REGEX = 1024;

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

/** A match on the pseudo-header `:path`, which holds path and query. */
type PathMatch = { readonly prefix: string } | { readonly regex: string };

/**
 * What a request must not match to be this API's: the inner paths. Undefined where there are none, and where there
 * are more than a match takes: see {@link innerPathPatches}.
 */
export function innerPathMatch(args: IstioArgs): PathMatch | undefined {
  const paths = innerPathsOf(args);
  const [first, second] = paths;
  if (first === undefined) return undefined;
  if (second === undefined) return { prefix: first };
  const regex = regexOf(args.api.path, paths);
  return regex.length > MAX_REGEX ? undefined : { regex };
}

/** The same by a patch of the route, which takes any number of paths, where a match does not. */
export function innerPathPatches(args: IstioArgs): readonly EnvoyPatch[] {
  const paths = innerPathsOf(args);
  if (paths.length === 0 || innerPathMatch(args) !== undefined) return [];
  const headers = paths.map((prefix) => ({ name: ":path", string_match: { prefix }, invert_match: true }));
  return [routePatch(args.api, { match: { headers } })];
}

/** Matches, as a whole, each text that begins with one of the paths (RE2 syntax). */
function regexOf(common: string, paths: readonly string[]): string {
  const rests = paths.map((path) => literal(path.slice(common.length)));
  return `${literal(common)}(${rests.join("|")}).*`;
}

function literal(text: string): string {
  return text.replace(/[^-A-Za-z0-9_~!&',;=:@/%]/g, "\\$&");
}
