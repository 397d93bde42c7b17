/** The side of API Management that callers reach: whether a request is for an operation of an API. */
import { type Entities, type Entity } from "./entities";

/** The API and the operation that a request goes to; undefined where the service answers 404. */
export function operationFor(entities: Entities, method: string, path: string): Entity | undefined {
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
