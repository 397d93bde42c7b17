import { isDeepStrictEqual } from "node:util";

/**
 * The JSON merge patch (RFC 7396) that turns one value into another, or undefined when they are equal. Lists are
 * replaced whole; a field that is undefined is absent.
 */
export function mergePatch(from: unknown, to: unknown): unknown {
  if (isDeepStrictEqual(from, to)) return undefined;
  if (!isRecord(from) || !isRecord(to)) return to;
  const patch: Record<string, unknown> = {};
  for (const field of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (to[field] === undefined) {
      if (from[field] !== undefined) patch[field] = null;
      continue;
    }
    const change = mergePatch(from[field], to[field]);
    if (change !== undefined) patch[field] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
