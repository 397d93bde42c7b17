// Names of projects and stacks. A stack is named for its object, so that anyone can find it with the Pulumi CLI.
import { shortened, type ExposedApi, type ResourceKind } from "../spec";

/** Longest stack name Pulumi accepts. */
const MAX_STACK_NAME = 100;

/** One Pulumi project for each resource kind: objects of two kinds may share a name. */
export function projectName(kind: ResourceKind): string {
  return kind === "ExposedAPI" ? "oda-api" : "oda-api-legacy";
}

/**
 * Stack of an object: `namespace.name`, which is unique because a namespace has no dots.
 * A name over Pulumi's limit is cut and ends in a digest of the whole.
 */
export function stackName(object: Pick<ExposedApi, "namespace" | "name">): string {
  return shortened(`${object.namespace}.${object.name}`, MAX_STACK_NAME);
}
