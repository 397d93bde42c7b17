// Names of projects and stacks. A stack is named for its object, so that anyone can find it with the Pulumi CLI.
import { shortened, type ExposedApi, type ResourceKind } from "../spec";

/** What a stack is for: an object of a kind, or what all APIs of the gateway share. */
export type StackKind = ResourceKind | "Platform";

/** Longest stack name Pulumi accepts. */
const MAX_STACK_NAME = 100;

/** Stack of what all APIs of the gateway share. */
export const PLATFORM_STACK = "gateway";

const projects: Readonly<Record<StackKind, string>> = {
  ExposedAPI: "oda-api",
  API: "oda-api-legacy",
  Platform: "oda-api-platform",
};

/** One Pulumi project for each kind of stack: objects of two kinds may share a name. */
export function projectName(kind: StackKind): string {
  return projects[kind];
}

/**
 * Stack of an object: `namespace.name`, which is unique because a namespace has no dots.
 * A name over Pulumi's limit is cut and ends in a digest of the whole.
 */
export function stackName(object: Pick<ExposedApi, "namespace" | "name">): string {
  return shortened(`${object.namespace}.${object.name}`, MAX_STACK_NAME);
}
