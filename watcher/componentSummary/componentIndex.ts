// Which APIs belong to which Component, so that a change of one finds the other at once.
import { type ApiObject, type ObjectKey } from "../kube/objects";
import { ownerOf } from "./component";

/** An API as it was last seen. */
interface Seen {
  readonly uid: string;
  /** Key of the Component that its owner references name. */
  readonly component: ObjectKey | undefined;
}

/** The APIs of all Components by their owner references. */
export class ComponentIndex {
  private readonly seen = new Map<ObjectKey, Seen>();
  private readonly uids = new Set<string>();
  private readonly keysOf = new Map<ObjectKey, Set<ObjectKey>>();
  /** Uids of APIs that went, or went to another Component, until their Component says so. */
  private readonly departed = new Map<ObjectKey, Set<string>>();

  /** Takes in an API. Returns the Components whose summary that may change. */
  set(key: ObjectKey, object: ApiObject): readonly ObjectKey[] {
    const before = this.seen.get(key);
    const now: Seen = { uid: object.metadata?.uid ?? "", component: ownerOf(object)?.component };
    const same = before?.uid === now.uid && before.component === now.component;
    const left = same ? [] : this.remove(key);
    this.seen.set(key, now);
    this.uids.add(now.uid);
    if (now.component === undefined) return left;
    this.keysOf.set(now.component, (this.keysOf.get(now.component) ?? new Set()).add(key));
    this.departed.get(now.component)?.delete(now.uid);
    return [...left, now.component];
  }

  /** Takes in that an API is gone. Returns the Components whose summary that changes. */
  remove(key: ObjectKey): readonly ObjectKey[] {
    const before = this.seen.get(key);
    if (before === undefined) return [];
    const { uid, component } = before;
    this.seen.delete(key);
    this.uids.delete(uid);
    if (component === undefined) return [];
    const keys = this.keysOf.get(component);
    keys?.delete(key);
    if (keys?.size === 0) this.keysOf.delete(component);
    this.departed.set(component, (this.departed.get(component) ?? new Set()).add(uid));
    return [component];
  }

  /** The APIs whose owner references name a Component. */
  apisOf(component: ObjectKey): readonly ObjectKey[] {
    return [...(this.keysOf.get(component) ?? [])];
  }

  /** Whether there is an API of this uid. */
  exists(uid: string): boolean {
    return this.uids.has(uid);
  }

  /** Uids of the APIs that a Component had, and may still list. */
  departedFrom(component: ObjectKey): readonly string[] {
    return [...(this.departed.get(component) ?? [])];
  }

  /** Takes in that a Component does not list these APIs any more. */
  forget(component: ObjectKey, uids: readonly string[]): void {
    const departed = this.departed.get(component);
    for (const uid of uids) departed?.delete(uid);
    if (departed?.size === 0) this.departed.delete(component);
  }
}
