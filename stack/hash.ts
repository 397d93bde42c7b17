// Decides whether an engine run is due: a digest over exactly what the resources of an API depend on.
import { createHash } from "node:crypto";
import { canonicalJson, type ExposedApi } from "../spec";
import { PROGRAM_REVISION } from "./program";
import { type ApiSettings } from "./settings";

/**
 * Digest of the model, the settings and the revision of the program: 16 hexadecimal digits. Equal digests mean that
 * a run would change nothing. The gateway's address is no part of it: it changes URLs, not resources.
 */
export function reconcileHash(api: ExposedApi, settings: ApiSettings): string {
  return createHash("sha256")
    .update(canonicalJson({ api, settings, program: PROGRAM_REVISION }))
    .digest("hex")
    .slice(0, 16);
}
