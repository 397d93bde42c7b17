// What somebody else did to a resource of ours.

/** One resource that is not as it was applied. */
export interface Change {
  /** Kind and name, as `VirtualService catalog`. */
  readonly object: string;
  /** Paths of the fields that differ, as `spec.hosts`; empty when the object was deleted. */
  readonly fields: readonly string[];
  /** Field managers that changed them (`metadata.managedFields`); empty where nobody can be named. */
  readonly by: readonly string[];
  /** RFC 3339 time of the change, where it is known. */
  readonly at?: string;
}
