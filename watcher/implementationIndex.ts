// Which APIs a Service implements, so that a change of its endpoints finds them at once.
import { type ObjectKey } from "./kube/objects";

const NONE: readonly string[] = [];

/** An API has up to two Services: the one its spec names, and the one of the spec that was applied last. */
export class ImplementationIndex {
  private readonly servicesOf = new Map<ObjectKey, readonly string[]>();
  private readonly keysOf = new Map<string, Set<ObjectKey>>();

  /** Sets the Services of an API, each `namespace/name`; none when it is gone. */
  set(key: ObjectKey, services: readonly string[]): void {
    const before = this.servicesOf.get(key) ?? NONE;
    for (const service of before) if (!services.includes(service)) this.remove(service, key);
    for (const service of services) {
      if (!before.includes(service))
        this.keysOf.set(service, (this.keysOf.get(service) ?? new Set()).add(key));
    }
    if (services.length === 0) this.servicesOf.delete(key);
    else this.servicesOf.set(key, services);
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
