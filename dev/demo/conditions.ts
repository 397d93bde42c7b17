// The conditions of an API's status.
import { findCondition, type Condition, type ConditionType } from "../../watcher/conditions";
import { type KubeObject } from "./cluster";

/** A condition of an object, or undefined when it has none of the type. */
export function conditionOf(object: KubeObject | undefined, type: ConditionType): Condition | undefined {
  return findCondition(object?.status?.["conditions"], type);
}

/** What a condition says is wrong, without what to do about it. */
export function whatIsWrong({ message }: Condition): string {
  return message.split("; ", 1).join();
}

/** A condition in words, for a failure. */
export function describeCondition(object: KubeObject | undefined, type: ConditionType): string {
  if (object === undefined) return "no such object";
  const condition = conditionOf(object, type);
  if (condition === undefined) return `no condition ${type}`;
  return `${type}=${condition.status}, ${condition.reason}: ${condition.message}`;
}
