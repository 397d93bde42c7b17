// What is said of resources that somebody else changed, or holds.
import { cut, message, problem, type Problem } from "../reasons";
import { recurringDriftRemedy } from "../remedies";
import { type Change } from "./change";

/** Most characters of what is said of drift beside another problem. */
const LONGEST_DRIFT = 300;

/** The problem of an API whose resources' names are those of objects that are somebody else's. */
export function heldProblem(changes: readonly Change[]): Problem {
  const held = changes.map(({ object, fields, by }) => {
    const who = by.length === 0 ? "somebody else" : by.join(", ");
    return `${object} is not this API's: ${fields.join(", ")} ${fields.length === 1 ? "is" : "are"} held by ${who}`;
  });
  return problem("FieldConflict", held.join("; "));
}

/** The problem of an API whose resources somebody changed, where they are left as they are. */
export function driftProblem(changes: readonly Change[]): Problem {
  return problem("Drifted", describeChanges(changes.map(withoutTime)));
}

/** The problem of an API whose resources are put back only after a while, since they are changed again and again. */
export function recurringDriftProblem(changes: readonly Change[]): Problem {
  const what = describeChanges(changes.map(withoutTime));
  return { reason: "Drifted", message: message(what, recurringDriftRemedy) };
}

/** A problem that keeps resources from being put back which somebody changed. */
export function withDrift({ reason, message: what }: Problem, changes: readonly Change[]): Problem {
  const drift = cut(describeChanges(changes.map(withoutTime)), LONGEST_DRIFT);
  return { reason, message: message(what, `meanwhile this is not put back: ${drift}`) };
}

/** What the Event says after resources were put back as the spec has them. */
export function driftCorrectedMessage(changes: readonly Change[]): string {
  return message(describeChanges(changes, { changed: "; put back", deleted: "; made again" }));
}

/** A condition says the same as long as the same is changed by the same; it has a time of its own. */
function withoutTime({ object, fields, by }: Change): Change {
  return { object, fields, by };
}

function describeChanges(changes: readonly Change[], outcome = { changed: "", deleted: "" }): string {
  return changes
    .map(({ object, fields, by, at }) => {
      const who = by.length === 0 ? "" : ` by ${by.join(", ")}`;
      const when = at === undefined ? "" : ` at ${timeOfDay(at)}`;
      return fields.length === 0
        ? `${object} was deleted${who}${when}${outcome.deleted}`
        : `${object}: ${fields.join(", ")} ${fields.length === 1 ? "was" : "were"} changed${who}${when}${outcome.changed}`;
    })
    .join("; ");
}

/** `12:03:11Z` of `2026-01-01T12:03:11.123Z`. An Event has its date; a drift is noticed within seconds. */
function timeOfDay(at: string): string {
  return /T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(at)?.slice(1).join("") ?? at;
}
