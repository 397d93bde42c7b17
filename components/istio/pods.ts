// The Pods of an API's implementation.
import { type ExposedApi } from "../../spec";
import { type ApiContext } from "../gateway";

/**
 * Labels that select the Pods of the implementation; undefined where they are not known. None at all would select every
 * Pod of the namespace, and count as not known.
 */
export function podLabelsOf(context: ApiContext | undefined): Record<string, string> | undefined {
  const labels = context?.podLabels ?? {};
  return Object.keys(labels).length === 0 ? undefined : { ...labels };
}

/** Why a policy for the Pods is not enforced, as the end of a sentence. */
export function podsUnknown({ namespace, implementation }: ExposedApi): string {
  return `needs to know the Pods, and Service ${namespace}/${implementation} has no selector or is not there`;
}
