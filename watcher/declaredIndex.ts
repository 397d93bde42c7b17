// Which APIs declare an object, so that a change of it finds them at once, whatever it is called.
import { objectId, type OwnedObject } from "../components";
import { KeyIndex } from "./keyIndex";
import { type ObjectKey } from "./kube/objects";

/** APIs by the objects that they declared when they were looked at last. */
export class DeclaredIndex {
  private readonly byObject = new KeyIndex();
  private readonly byKind = new KeyIndex();

  /** Sets the objects of an API; none when it is gone. */
  set(key: ObjectKey, objects: readonly Pick<OwnedObject, "kind" | "namespace" | "name">[]): void {
    this.byObject.set(key, objects.map(objectId));
    this.byKind.set(key, [...new Set(objects.map(({ kind }) => kind))]);
  }

  /** Whether any object of an API is known. */
  has(key: ObjectKey): boolean {
    return this.byObject.has(key);
  }

  /** The APIs that declare an object. */
  apisOf(object: Pick<OwnedObject, "kind" | "namespace" | "name">): readonly ObjectKey[] {
    return this.byObject.apisOf(objectId(object));
  }

  /** The APIs that declare any object of a kind. */
  apisWith(kind: string): readonly ObjectKey[] {
    return this.byKind.apisOf(kind);
  }
}
