import assert from "node:assert/strict";
import { PlatformError, readPlatform } from "../../../components";

/** What is wrong with a platform file, a line each. */
export function problems(text: string): readonly string[] {
  try {
    readPlatform(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof PlatformError);
    assert.equal(error.message, error.problems.join("\n"));
    return error.problems;
  }
}

/** A key set (RFC 7517) of one public key. */
export const JWKS = { keys: [{ kty: "RSA", kid: "1", n: "AQAB", e: "AQAB" }] };
