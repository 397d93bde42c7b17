// The conditions of an API's status.
import { type Reason } from "./reasons";

/** The conditions that this project keeps; `Monitored` only where an API has metrics, `RouteDistinct` only while it is False. */
const conditionTypes = [
  "Ready",
  "Reconciled",
  "ImplementationReady",
  "PoliciesEnforced",
  "Monitored",
  "RouteDistinct",
] as const;

export type ConditionType = (typeof conditionTypes)[number];

/** A condition as Kubernetes tools read it, with the hash of what it was observed on. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: Reason;
  readonly message: string;
  /** Reconcile hash of the spec and settings the condition speaks of. */
  readonly observedHash: string;
  /** RFC 3339 time of the last change of `status`. */
  readonly lastTransitionTime: string;
}

/** A condition before it is known when its status last changed. */
export type NewCondition = Omit<Condition, "lastTransitionTime">;

/**
 * The list of conditions to write: the new ones in their order, each with the transition time it had if its status is
 * the same, after those of other types that somebody else keeps.
 *
 * @param previous `status.conditions` as read; anything that has no type is dropped.
 */
export function mergeConditions(previous: unknown, next: readonly NewCondition[], now: string): unknown[] {
  const listed: readonly unknown[] = Array.isArray(previous) ? previous : [];
  const before = conditionsOf(previous);
  const others = listed.filter(isOfAnotherType);
  const merged = next.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return { ...condition, lastTransitionTime: same?.lastTransitionTime ?? now };
  });
  return [...others, ...merged];
}

/** The condition of a type in `status.conditions` as read. */
export function findCondition(conditions: unknown, type: ConditionType): Condition | undefined {
  return conditionsOf(conditions).find((condition) => condition.type === type);
}

/** The conditions in `status.conditions` as read, without what is none. */
export function conditionsOf(conditions: unknown): readonly Condition[] {
  return Array.isArray(conditions) ? conditions.filter(isCondition) : [];
}

function isOfAnotherType(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { type } = value as Record<string, unknown>;
  return typeof type === "string" && !(conditionTypes as readonly string[]).includes(type);
}

function isCondition(value: unknown): value is Condition {
  if (typeof value !== "object" || value === null) return false;
  const { type, status, reason, message } = value as Record<string, unknown>;
  return [type, status, reason, message].every((field) => typeof field === "string");
}
