import { type ObjectKey } from "./kube/objects";

/** Which APIs a Service implements, so that a change of its endpoints finds them at once. */
export class ImplementationIndex {
  private readonly serviceOf = new Map<ObjectKey, string>();
  private readonly keysOf = new Map<string, Set<ObjectKey>>();

  /** Sets the Service of an API, `namespace/name`; undefined when it has none or is gone. */
  set(key: ObjectKey, service: string | undefined): void {
    const before = this.serviceOf.get(key);
    if (before === service) return;
    if (before !== undefined) this.remove(before, key);
    if (service === undefined) {
      this.serviceOf.delete(key);
      return;
    }
    this.serviceOf.set(key, service);
    this.keysOf.set(service, (this.keysOf.get(service) ?? new Set()).add(key));
  }

  /** The APIs a Service implements. */
  apisOf(service: string): readonly ObjectKey[] {
    return [...(this.keysOf.get(service) ?? [])];
  }

  private remove(service: string, key: ObjectKey): void {
    const keys = this.keysOf.get(service);
    keys?.delete(key);
    if (keys?.size === 0) this.keysOf.delete(service);
  }
}
