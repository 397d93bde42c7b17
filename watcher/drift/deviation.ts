// Compares what a component declared with the live object. Pure functions.
import { isDeepStrictEqual } from "node:util";
import { type OwnedObject } from "../../components";
import { type Change } from "./change";
import { managedFieldsOf, type LiveObject, type ManagedFields } from "./liveObject";

/** Field managers of this project begin so. */
const OWN_MANAGERS = "oda-api";

/** Names of the fields from the object to the one meant; a list is one field. */
type Path = readonly string[];

/** What somebody else did to an object, or undefined when it has every field as declared. Fields beyond these count
 * for nothing: defaults, and what other controllers add. */
export function deviation(owned: OwnedObject, live: LiveObject | undefined): Change | undefined {
  const object = `${owned.kind} ${owned.name}`;
  if (live === undefined) return { object, fields: [], by: [] };
  const paths = differences(owned.fields, live, []);
  if (paths.length === 0) return undefined;
  const writers = strangers(live, paths);
  const at = writers.map(({ time = "" }) => time).reduce((a, b) => (a > b ? a : b), "");
  return {
    object,
    fields: paths.map(formatPath),
    by: [...new Set(writers.map(({ manager = "" }) => manager))].filter((manager) => manager !== ""),
    ...(at === "" ? {} : { at }),
  };
}

/**
 * Whether a run may take every declared field of an object, whoever holds it: no field that differs is somebody else's,
 * or, with `own`, the object has been this project's before.
 */
export function mayTake(owned: OwnedObject, live: LiveObject | undefined, own: boolean): boolean {
  if (live === undefined) return true;
  const ours = managedFieldsOf(live).some(({ manager }) => manager === owned.fieldManager);
  return (own && ours) || strangers(live, differences(owned.fields, live, [])).length === 0;
}

/** Paths of the declared fields that the live object does not have, or has otherwise. */
function differences(declared: unknown, live: unknown, path: Path): Path[] {
  if (isRecord(declared) && isRecord(live)) {
    return Object.entries(declared).flatMap(([field, value]) =>
      value === undefined ? [] : differences(value, live[field], [...path, field]),
    );
  }
  return covers(live, declared) ? [] : [path];
}

function covers(live: unknown, declared: unknown): boolean {
  if (Array.isArray(declared)) {
    return (
      Array.isArray(live) &&
      live.length === declared.length &&
      declared.every((item, index) => covers(live[index], item))
    );
  }
  if (isRecord(declared)) {
    return isRecord(live) && Object.entries(declared).every(([field, value]) => covers(live[field], value));
  }
  return isDeepStrictEqual(live, declared);
}

/** The managers other than this project's that hold one of these fields. */
function strangers(live: LiveObject, paths: readonly Path[]): readonly ManagedFields[] {
  return managedFieldsOf(live).filter(
    ({ manager, fieldsV1 }) =>
      manager?.startsWith(OWN_MANAGERS) !== true && paths.some((path) => holds(fieldsV1, path)),
  );
}

/** Whether a set of fields (Kubernetes API reference, FieldsV1) has the field, a part of it or all that is around it. */
function holds(fields: unknown, [name, ...rest]: Path): boolean {
  if (name === undefined) return true;
  if (!isRecord(fields)) return false;
  if (Object.keys(fields).length === 0) return true;
  const child = fields[`f:${name}`];
  return child !== undefined && holds(child, rest);
}

function formatPath(path: Path): string {
  return path.reduce(
    (text, field) =>
      /^\w+$/.test(field) ? (text === "" ? field : `${text}.${field}`) : `${text}[${JSON.stringify(field)}]`,
    "",
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
