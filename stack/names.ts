// Names of projects and stacks. A stack is named for its object, so that anyone can find it with the Pulumi CLI.
import { type GatewaySettings } from "../components";
import { shortened, type ExposedApi, type ResourceKind } from "../spec";

/** What a stack is for: an object of a kind, or what all APIs of a gateway share. */
export type StackKind = ResourceKind | "Platform";

/** Longest stack name Pulumi accepts. */
const MAX_STACK_NAME = 100;

/** Stack of what all APIs of a gateway share. */
export function platformStackName(gateway: GatewaySettings["type"]): string {
  // From the time when there was one gateway: another name would be another stack.
  return gateway === "istio" ? "gateway" : gateway;
}

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
