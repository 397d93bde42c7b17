// ExposedAPI objects from YAML files, for programs that run without a cluster to ask.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import {
  GROUP,
  InvalidSpecError,
  noRules,
  parseExposedApi,
  type ExposedApi,
  type PlatformRules,
} from "../spec";

const KINDS: readonly unknown[] = ["ExposedAPI", "API", "api"];

/**
 * Every API in a file, or in the `.yaml` and `.yml` files of a folder in order of name. Objects of other kinds are
 * passed over, so that rendered charts can be read as they are.
 *
 * @param rules what the platform team decides for every API
 * @throws Error that names the file, and the line of bad YAML or the fields of an invalid spec.
 */
export function readManifests(path: string, rules: PlatformRules = noRules): readonly ExposedApi[] {
  const apis = filesOf(path).flatMap((file) => readFile(file, rules));
  if (apis.length === 0) throw new Error(`${path}: no object of kind ExposedAPI`);
  return apis;
}

function filesOf(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new Error(`oda:apis: ${JSON.stringify(path)} is neither a file nor a folder`);
  if (!found.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

function readFile(file: string, rules: PlatformRules): ExposedApi[] {
  return parseAllDocuments(readFileSync(file, "utf8")).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${file}: ${error.message}`);
    const object: unknown = document.toJS();
    return isApi(object) ? [parse(file, object, rules)] : [];
  });
}

function isApi(object: unknown): object is { readonly metadata?: { readonly name?: unknown } } {
  const { apiVersion, kind } = (object ?? {}) as { apiVersion?: unknown; kind?: unknown };
  return typeof apiVersion === "string" && apiVersion.startsWith(`${GROUP}/`) && KINDS.includes(kind);
}

function parse(
  file: string,
  object: { readonly metadata?: { readonly name?: unknown } },
  rules: PlatformRules,
): ExposedApi {
  try {
    return parseExposedApi(object, rules);
  } catch (error) {
    if (!(error instanceof InvalidSpecError)) throw error;
    throw new Error(`${file}: ${String(object.metadata?.name)}: ${error.message}`, { cause: error });
  }
}
