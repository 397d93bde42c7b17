// What is said of the policies of an API, and of paths that it shares with others.
import { type PolicyOutcome } from "../components";
import { policyPlace, type ExposedApi } from "../spec";
import { unenforcedText, type Overlap } from "../stack";
import { cut, describeKey, describeRoute, MAX_MESSAGE, message, problem, type Problem } from "./reasons";
import { remedies } from "./remedies";
import { type RouteConflict } from "./routeClaims";

/** The problem of an API some of whose policies its gateway does not enforce, or not wholly; undefined where there is none. */
export function policiesProblem(gateway: string, policies: readonly PolicyOutcome[]): Problem | undefined {
  const text = unenforcedText(gateway, policies);
  return text === undefined ? undefined : problem("NotSupported", text);
}

/** What is said where no policy is asked for. */
export const NO_POLICY = "the spec asks for no policy";

/** What is said where each policy that is asked for is enforced: by what, and within which limits. */
export function enforcedMessage(policies: readonly PolicyOutcome[]): string {
  if (policies.length === 0) return NO_POLICY;
  const by = policies.map(({ policy, enforcedBy = "" }) => `${policyPlace(policy)} by ${enforcedBy}`);
  return cut(`every policy of the spec is enforced: ${by.join("; ")}`, MAX_MESSAGE);
}

/**
 * What is said of policies while a problem keeps them from being as they are asked for.
 *
 * @param isNew whether nothing was ever applied
 */
export function unappliedMessage({ reason }: Problem, isNew: boolean): string {
  const unknown = "whether the policies of the spec are enforced is not known until Reconciled is True";
  if (isNew) return `${unknown}; none is until then`;
  return reason === "Drifted"
    ? `${unknown}; what is enforced now is that of the last spec that was applied, as far as nobody changed it`
    : `${unknown}; what is enforced now is that of the last spec that was applied`;
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

/** The problem of an API whose route is another's. Routes are `gateway host/path`. */
export function conflictProblem({ route, holder }: RouteConflict): Problem {
  return problem("RouteConflict", `${describeRoute(route)} is served for ${describeKey(holder)}`);
}

/** What the API that keeps the route is told. */
export function contestedMessage({ route }: RouteConflict, by: string): string {
  const what = `${describeKey(by)} asks for ${describeRoute(route)}, which this API goes on serving`;
  return message(what, remedies.RouteContested);
}
