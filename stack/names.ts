// Names of projects and stacks. A stack is named for its object, so that anyone can find it with the Pulumi CLI.
import { createHash } from "node:crypto";
import { type ExposedApi, type ResourceKind } from "../spec";

/** Longest stack name Pulumi accepts. */
const MAX_STACK_NAME = 100;

/** Enough of a SHA-256 to tell any two objects of a cluster apart. */
const DIGEST_LENGTH = 12;

/** One Pulumi project for each resource kind: objects of two kinds may share a name. */
export function projectName(kind: ResourceKind): string {
  return kind === "ExposedAPI" ? "oda-api" : "oda-api-legacy";
}

/**
 * Stack of an object: `namespace.name`, which is unique because a namespace has no dots.
 * A name over Pulumi's limit is cut and ends in a digest of the whole.
 */
export function stackName(object: Pick<ExposedApi, "namespace" | "name">): string {
  const full = `${object.namespace}.${object.name}`;
  if (full.length <= MAX_STACK_NAME) return full;
  const digest = createHash("sha256").update(full).digest("hex").slice(0, DIGEST_LENGTH);
  return `${full.slice(0, MAX_STACK_NAME - DIGEST_LENGTH - 1)}-${digest}`;
}
