// Compares what a component declared with the live object. Pure functions.
import { isDeepStrictEqual } from "node:util";
import { type OwnedObject } from "../../components";
import { type Change } from "./change";
import { managedFieldsOf, type LiveObject, type ManagedFields } from "./liveObject";

/** Names of the fields from the object to the one meant; a list is one field. */
type Path = readonly string[];

/**
 * What somebody else did to an object, or undefined when it has every field as declared. Fields beyond these count for
 * nothing: defaults, and what other controllers add. A list counts as a whole as soon as somebody else holds it.
 */
export function deviation(owned: OwnedObject, live: LiveObject | undefined): Change | undefined {
  const object = `${owned.kind} ${owned.name}`;
  if (live === undefined) return { object, fields: [], by: [] };
  const others = managersBut(owned.fieldManager, live);
  const paths = differences(owned.fields, live, [], others);
  const replaced = isReplaced(owned, live);
  if (paths.length === 0 && !replaced) return undefined;
  const writers = others.filter((fields) => replaced || paths.some((path) => holds(fields.fieldsV1, path)));
  const at = writers.map(({ time = "" }) => time).reduce((a, b) => (a > b ? a : b), "");
  return {
    object,
    fields: paths.length === 0 ? ["metadata"] : paths.map(formatPath),
    by: [...new Set(writers.map(({ manager = "" }) => manager))].filter((manager) => manager !== ""),
    ...(at === "" ? {} : { at }),
  };
}

/** Whether somebody else has deleted an object and made it anew: then it is not the one that a run left. */
export function isReplaced(owned: OwnedObject, live: LiveObject): boolean {
  const entries = managedFieldsOf(live);
  return (
    owned.isPatch !== true &&
    entries.length > 0 &&
    entries.every(({ manager }) => manager !== owned.fieldManager)
  );
}

/** What a run finds of an object that it declares. */
export type Hold =
  /** Nothing stands in the way. */
  | "free"
  /** Somebody else holds fields of an object that this project has made. */
  | "changed"
  /** Somebody else holds fields of an object that is none of this project's. */
  | "foreign";

/** Who holds the declared fields of an object. */
export function holdOf(owned: OwnedObject, live: LiveObject | undefined): Hold {
  if (live === undefined) return "free";
  const others = managersBut(owned.fieldManager, live);
  const paths = differences(owned.fields, live, [], others);
  const held = others.some(({ fieldsV1 }) => paths.some((path) => holds(fieldsV1, path)));
  if (!held) return "free";
  return others.length < managedFieldsOf(live).length ? "changed" : "foreign";
}

/** Paths of the declared fields that the live object does not have, or has otherwise. */
function differences(declared: unknown, live: unknown, path: Path, others: readonly ManagedFields[]): Path[] {
  if (isRecord(declared) && isRecord(live)) {
    return Object.entries(declared).flatMap(([field, value]) =>
      value === undefined ? [] : differences(value, live[field], [...path, field], others),
    );
  }
  const touched = others.some(({ fieldsV1 }) => holds(fieldsV1, path));
  const same = touched ? isDeepStrictEqual(live, plain(declared)) : covers(live, declared);
  return same ? [] : [path];
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
    return (
      isRecord(live) &&
      Object.entries(declared).every(([field, value]) => value === undefined || covers(live[field], value))
    );
  }
  return isDeepStrictEqual(live, declared);
}

/** A declared value as the API server sees it: without fields that are undefined. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** The entries of managers other than this one. */
function managersBut(manager: string, live: LiveObject): readonly ManagedFields[] {
  return managedFieldsOf(live).filter((fields) => fields.manager !== manager);
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
