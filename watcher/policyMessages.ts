// What is said of the policies of an API, and of paths that it shares with others.
import { type PolicyOutcome } from "../components";
import { policyPlace, type ExposedApi } from "../spec";
import { unenforcedText, type Overlap } from "../stack";
import { describeKey, problem, type Problem } from "./reasons";

/** The problem of an API some of whose policies its gateway does not enforce, or not wholly; undefined where there is none. */
export function policiesProblem(gateway: string, policies: readonly PolicyOutcome[]): Problem | undefined {
  const text = unenforcedText(gateway, policies);
  return text === undefined ? undefined : problem("NotSupported", text);
}

/** The problem of an API that asks for something else than the platform's settings that no object may change. */
export function lockedProblem(policies: ExposedApi["overridden"]): Problem {
  const places = policies.map(policyPlace).join(", ");
  return problem("Locked", `the platform's settings hold in place of ${places}, for they are locked`);
}

/** Overlaps that a message names. */
const SHOWN_OVERLAPS = 3;

/** The problem of an API whose paths, or the beginnings of them, are those of other APIs too. Keys are those of objects. */
export function overlapProblem(overlaps: readonly Overlap[]): Problem {
  const shown = overlaps
    .slice(0, SHOWN_OVERLAPS)
    .map(({ path, other, otherPath }) =>
      otherPath.length > path.length
        ? `requests for ${otherPath} go to ${describeKey(other)}, and the others for ${path} come here`
        : `requests for ${path} come here, and the others for ${otherPath} go to ${describeKey(other)}`,
    );
  const more = overlaps.length - shown.length;
  return problem("PathOverlap", [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; "));
}
