/** The side of API Management that callers reach: what becomes of a request, but for the way behind the service. */
import { type Entities, type Entity } from "./entities";
import { type Answer } from "./http";
import { referencesOf } from "./policy";

/** A request of a caller. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly authorization?: string | undefined;
}

/**
 * 404 for what is no operation of an API, 401 for a missing token, 502 where the way to the implementation leads nowhere:
 * no Backend of that name, or a host that there is none of (RFC 2606, section 2).
 */
export function proxied(entities: Entities, { method, path, authorization }: Call): Answer {
  const operation = operationFor(entities, method, path);
  const api = operation && entities.get(operation.path.split("/").slice(0, 2).join("/"));
  if (operation === undefined || api === undefined) return { status: 404 };
  const policy = entities.get(`${api.path}/policies/policy`);
  const { backends = [], asksForToken = false } = policy ? referencesOf(policy.properties["value"]) : {};
  if (asksForToken && authorization === undefined) return { status: 401 };
  const [backend] = backends;
  const url =
    backend === undefined
      ? api.properties["serviceUrl"]
      : entities.get(`backends/${backend}`)?.properties["url"];
  if (typeof url !== "string" || new URL(url).hostname.endsWith(".invalid")) return { status: 502 };
  return { status: 200, body: { served: operation.path } };
}

/** The API and the operation that a request goes to; undefined where the service answers 404. */
function operationFor(entities: Entities, method: string, path: string): Entity | undefined {
  const api = entities
    .in("apis")
    .filter((entity) => isWithin(path, publicPath(entity)))
    .sort((a, b) => publicPath(b).length - publicPath(a).length)[0];
  if (api === undefined) return undefined;
  const rest = path.slice(publicPath(api).length) || "/";
  return entities
    .in(`${api.path}/operations`)
    .find(
      ({ properties }) => properties["method"] === method && matches(String(properties["urlTemplate"]), rest),
    );
}

/** Path of an API, with its version behind it where its version set says so (scheme Segment). */
function publicPath({ properties: { path, apiVersion, apiVersionSetId } }: Entity): string {
  const base = `/${String(path).replace(/^\/+|\/+$/g, "")}`;
  return apiVersionSetId === undefined ? base : `${base}/${String(apiVersion)}`;
}

function isWithin(path: string, base: string): boolean {
  return path === base || path.startsWith(base === "/" ? base : `${base}/`);
}

/** `{name}` is one segment, `*` at the end is any number of them. */
function matches(template: string, path: string): boolean {
  const escaped = template.replace(/[.+?^$()|[\]\\]/g, "\\$&");
  const pattern = escaped.replace(/\{\*[^}]*\}|\*/g, ".*").replace(/\{[^}]*\}/g, "[^/]+");
  return new RegExp(`^${pattern.replace(/\/$/, "")}/?$`).test(path);
}
