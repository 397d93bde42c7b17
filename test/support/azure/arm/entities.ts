/** The entities of one API Management service, by their path below it, with an ETag for each version. */
import { parentOf, type Properties } from "./kinds";

/** One entity at one version. */
export interface Entity {
  /** Path below the service, such as `apis/catalog/policies/policy`. */
  readonly path: string;
  readonly properties: Properties;
  /** Quoted, as it stands in the header (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

/** Names in ARM do not tell capitals from small letters. */
const keyOf = (path: string): string => path.toLowerCase();

export class Entities {
  private readonly stored = new Map<string, Entity>();
  private versions = 0;

  get(path: string): Entity | undefined {
    return this.stored.get(keyOf(path));
  }

  /** Writes an entity whole. */
  set(path: string, properties: Properties): Entity {
    this.versions += 1;
    const etag = `"${this.versions.toString(16).padStart(12, "0")}"`;
    const entity = { path: this.get(path)?.path ?? path, properties, etag };
    this.stored.set(keyOf(path), entity);
    return entity;
  }

  /** Removes an entity and everything below it. */
  remove(path: string): void {
    for (const key of [...this.stored.keys()]) {
      if (key === keyOf(path) || key.startsWith(`${keyOf(path)}/`)) this.stored.delete(key);
    }
  }

  /** All of them, sorted by path. */
  all(): readonly Entity[] {
    return [...this.stored.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Those in a collection, such as `apis` or `apis/catalog/operations`. */
  in(collection: string): readonly Entity[] {
    const depth = collection.split("/").length + 1;
    return this.all().filter(
      ({ path }) => keyOf(path).startsWith(`${keyOf(collection)}/`) && path.split("/").length === depth,
    );
  }

  /** Whether everything above a path is there. */
  hasParent(path: string): boolean {
    const parent = parentOf(path);
    return parent === undefined || this.get(parent) !== undefined;
  }
}
