// A radix tree of paths: which of them begin with another is found without a look at the rest.

/** The items at one path. */
export interface PathEntry<Item> {
  readonly path: string;
  readonly items: ReadonlySet<Item>;
}

interface Node<Item> {
  /** What the paths below have in common from here on. */
  label: string;
  readonly items: Set<Item>;
  /** By the first character of their labels. */
  readonly children: Map<string, Node<Item>>;
}

/** Items by path. An operation costs the length of its path and the number of entries that it finds. */
export class PathTree<Item> {
  private readonly root: Node<Item> = newNode("");

  get isEmpty(): boolean {
    return this.root.items.size === 0 && this.root.children.size === 0;
  }

  /** Adds an item at a path. Says whether it is the first one there. */
  add(path: string, item: Item): boolean {
    let node = this.root;
    for (let at = 0; at < path.length; at += node.label.length) {
      const child = node.children.get(path.charAt(at));
      const next = child === undefined ? newNode<Item>(path.slice(at)) : headOf(child, path, at);
      node.children.set(path.charAt(at), next);
      node = next;
    }
    const isFirst = node.items.size === 0;
    node.items.add(item);
    return isFirst;
  }

  /** Removes an item at a path. Says whether it was the last one there. */
  delete(path: string, item: Item): boolean {
    const nodes = this.nodesAlong(path);
    const node = nodes.at(-1);
    if (node === undefined || lengthOf(nodes) !== path.length || !node.items.delete(item)) return false;
    if (node.items.size > 0) return false;
    const parent = nodes.at(-2);
    if (parent === undefined) return true;
    if (node.children.size > 0) shorten(parent, node);
    else {
      parent.children.delete(node.label.charAt(0));
      const grandparent = nodes.at(-3);
      if (grandparent !== undefined) shorten(grandparent, parent);
    }
    return true;
  }

  /** The items at just this path. */
  at(path: string): ReadonlySet<Item> {
    const nodes = this.nodesAlong(path);
    const node = nodes.at(-1);
    return node !== undefined && lengthOf(nodes) === path.length ? node.items : new Set();
  }

  /** What is at the shorter paths that this path begins with. */
  above(path: string): readonly PathEntry<Item>[] {
    let length = 0;
    return this.nodesAlong(path).flatMap(({ label, items }) => {
      length += label.length;
      return items.size === 0 || length === path.length ? [] : [{ path: path.slice(0, length), items }];
    });
  }

  /** What is at the longer paths that begin with this path. */
  below(path: string): readonly PathEntry<Item>[] {
    const nodes = this.nodesAlong(path);
    const node = nodes.at(-1) ?? this.root;
    const length = lengthOf(nodes);
    if (length === path.length) return [...node.children.values()].flatMap((child) => within(child, path));
    const rest = path.slice(length);
    const child = node.children.get(rest.charAt(0));
    return child?.label.startsWith(rest) === true ? within(child, path.slice(0, length)) : [];
  }

  /** The nodes whose labels make up the beginning of a path, the root first. */
  private nodesAlong(path: string): readonly Node<Item>[] {
    const nodes = [this.root];
    for (let at = 0, node: Node<Item> | undefined = this.root; at < path.length; at += node.label.length) {
      node = node.children.get(path.charAt(at));
      if (node === undefined || !path.startsWith(node.label, at)) break;
      nodes.push(node);
    }
    return nodes;
  }
}

function newNode<Item>(label: string): Node<Item> {
  return { label, items: new Set(), children: new Map() };
}

/** The node of what a child's label has in common with a path from a position on: the child, or a new one above it. */
function headOf<Item>(child: Node<Item>, path: string, at: number): Node<Item> {
  const { label } = child;
  let shared = 1;
  while (shared < label.length && label[shared] === path[at + shared]) shared++;
  if (shared === label.length) return child;
  const head = newNode<Item>(label.slice(0, shared));
  child.label = label.slice(shared);
  head.children.set(child.label.charAt(0), child);
  return head;
}

/** Puts the only child of a node without items in its place. */
function shorten<Item>(parent: Node<Item>, node: Node<Item>): void {
  const [child, ...others] = node.children.values();
  if (child === undefined || others.length > 0 || node.items.size > 0) return;
  child.label = node.label + child.label;
  parent.children.set(child.label.charAt(0), child);
}

function lengthOf(nodes: readonly Node<unknown>[]): number {
  return nodes.reduce((length, { label }) => length + label.length, 0);
}

function within<Item>(node: Node<Item>, prefix: string): readonly PathEntry<Item>[] {
  const path = prefix + node.label;
  const here = node.items.size === 0 ? [] : [{ path, items: node.items }];
  return [...here, ...[...node.children.values()].flatMap((child) => within(child, path))];
}
