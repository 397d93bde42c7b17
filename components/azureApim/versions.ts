// Versions of an API: when API Management is told of one as a version, and how its path is written then.
import { type ExposedApi } from "../../spec";
import { type GatewayArgs } from "../gateway";
import { type AzureApimSettings } from "./settings";

const VERSION = /^v?([0-9]{1,9})(?:\.[0-9]{1,9}){0,3}$/i;

/** Where an API is in API Management. Paths there have no slash at either end. */
export interface PathThere {
  readonly path: string;
  /** Segment that follows the path, of an API that is a version in a version set. */
  readonly version?: string;
}

/**
 * The path of an API without its last segment, where that looks like a version: APIs for which it is the same are
 * versions of one API. Undefined for other paths, and where nothing would be left.
 *
 * @param path absolute path, e.g. `/tmf-api/productCatalogManagement/v4`
 */
export function unversionedPath(path: string): string | undefined {
  const [, rest = "", last = ""] = /^(\/.+)\/([^/]+)\/?$/.exec(path) ?? [];
  return VERSION.test(last) ? rest : undefined;
}

/**
 * Where API Management has an API. The public URL is the same in any case: with a version set, the scheme `Segment` puts
 * the version where it was before.
 *
 * An API is a version where the last segment of its path has the major version of its specification or document. API
 * Management refuses two version sets with one path, and each API has a stack of its own that no other may depend on.
 * So one API has the version set, and those that come after it are at their whole path, without a version.
 */
export function pathThere({ api, context }: GatewayArgs<AzureApimSettings>): PathThere {
  const whole = { path: trimmed(api.path) };
  const rest = unversionedPath(api.path);
  if (rest === undefined || context?.versionSetHolder !== undefined) return whole;
  const version = trimmed(api.path.slice(rest.length));
  const versions = [api.specification[0]?.version, context?.document?.version];
  return versions.some((each) => each !== undefined && isSameMajor(version, each))
    ? { path: trimmed(rest), version }
    : whole;
}

/** Whether the context of an API may decide on its version set. */
export function mayHaveVersionSet({ path }: Pick<ExposedApi, "path">): boolean {
  return unversionedPath(path) !== undefined;
}

function isSameMajor(version: string, other: string): boolean {
  const major = majorOf(version);
  return major !== undefined && major === majorOf(other);
}

/** `v4`, `4`, `4.0.0` and `v4.1` are of major version 4; a version may have a suffix, as in `4.1.0-SNAPSHOT`. */
function majorOf(version: string): number | undefined {
  const [plain = ""] = version.trim().split(/[-+]/, 1);
  const [, major] = VERSION.exec(plain) ?? [];
  return major === undefined ? undefined : Number(major);
}

function trimmed(path: string): string {
  return path.replace(/^\/|\/$/g, "");
}
