// Which APIs have to do with something that has a name, so that a change of it finds them at once.
import { type ObjectKey } from "./kube/objects";

const NONE: readonly string[] = [];

/** APIs by names: of Services, of objects they declare. */
export class KeyIndex {
  private readonly namesOf = new Map<ObjectKey, readonly string[]>();
  private readonly keysOf = new Map<string, Set<ObjectKey>>();

  /** Sets the names of an API; none when it is gone. */
  set(key: ObjectKey, names: readonly string[]): void {
    const before = this.namesOf.get(key) ?? NONE;
    for (const name of before) if (!names.includes(name)) this.remove(name, key);
    for (const name of names) {
      if (!before.includes(name)) this.keysOf.set(name, (this.keysOf.get(name) ?? new Set()).add(key));
    }
    if (names.length === 0) this.namesOf.delete(key);
    else this.namesOf.set(key, names);
  }

  /** Whether an API has any name. */
  has(key: ObjectKey): boolean {
    return this.namesOf.has(key);
  }

  /** The APIs of a name. */
  apisOf(name: string): readonly ObjectKey[] {
    return [...(this.keysOf.get(name) ?? NONE)];
  }

  private remove(name: string, key: ObjectKey): void {
    const keys = this.keysOf.get(name);
    keys?.delete(key);
    if (keys?.size === 0) this.keysOf.delete(name);
  }
}
