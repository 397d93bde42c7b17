// Reads your own writes: after a write the cache still holds the object as it was before.
import { type KubernetesObject } from "@kubernetes/client-node";

/** Objects as last written, until the informer has caught up. */
export class OwnWrites<T extends KubernetesObject> {
  private readonly written = new Map<string, T>();

  /** What the API server answered to a write. Answers may come in another order than the writes. */
  keep(key: string, object: T): T {
    const before = this.written.get(key);
    if (before === undefined || !isBehind(object, before)) this.written.set(key, object);
    return object;
  }

  /** The newest known state of an object, given what the cache holds; undefined when it does not exist. */
  latest(key: string, cached: T | undefined): T | undefined {
    const written = this.written.get(key);
    if (written === undefined) return cached;
    if (cached !== undefined && isBehind(cached, written)) return written;
    this.written.delete(key);
    return cached;
  }
}

/**
 * Resource version as a number: those of one resource grow. Kubernetes documents their order since 1.35 and has always
 * kept it. What is no number counts as the oldest.
 */
export function versionOf({ metadata }: KubernetesObject): bigint {
  const version = metadata?.resourceVersion ?? "";
  return /^\d+$/.test(version) ? BigInt(version) : 0n;
}

/** An object of another uid is not an older state of the same: the written one is gone. */
function isBehind(cached: KubernetesObject, written: KubernetesObject): boolean {
  return cached.metadata?.uid === written.metadata?.uid && versionOf(cached) < versionOf(written);
}
