import assert from "node:assert/strict";
import * as fc from "fast-check";
import { PathTree, type PathEntry } from "../../stack/pathTree";

const shown = (entries: readonly PathEntry<string>[]): string[] =>
  entries.map(({ path, items }) => `${path} ${[...items].sort().join("+")}`).sort();

function treeOf(...paths: readonly string[]): PathTree<string> {
  const tree = new PathTree<string>();
  for (const path of paths) tree.add(path, "a");
  return tree;
}

describe("PathTree", () => {
  it("finds the longer paths that begin with a path, character by character", () => {
    const tree = treeOf("/shop", "/shop/v2", "/shopping", "/store");
    assert.deepEqual(shown(tree.below("/shop")), ["/shop/v2 a", "/shopping a"]);
    assert.deepEqual(shown(tree.below("/sh")), ["/shop a", "/shop/v2 a", "/shopping a"]);
    assert.deepEqual(shown(tree.below("/shop/v2")), []);
    assert.deepEqual(shown(tree.below("/shod")), []);
  });

  it("finds the shorter paths that a path begins with", () => {
    const tree = treeOf("/", "/shop", "/shop/v2", "/shopping");
    assert.deepEqual(shown(tree.above("/shop/v2")), ["/ a", "/shop a"]);
    assert.deepEqual(shown(tree.above("/sh")), ["/ a"]);
  });

  it("says who is the first at a path, and who was the last", () => {
    const tree = new PathTree<string>();
    assert.deepEqual([tree.add("/shop", "a"), tree.add("/shop", "b")], [true, false]);
    assert.deepEqual(shown([{ path: "/shop", items: tree.at("/shop") }]), ["/shop a+b"]);
    assert.deepEqual([tree.delete("/shop", "a"), tree.delete("/shop", "b")], [false, true]);
    assert.equal(tree.delete("/shop", "b"), false);
    assert.ok(tree.isEmpty);
  });

  it("agrees with a look at every path, over any course of changes", () => {
    const path = fc
      .array(fc.constantFrom("/a", "/b", "a", "ab"), { maxLength: 4 })
      .map((parts) => parts.join(""));
    const change = fc.record({ adds: fc.boolean(), path, item: fc.constantFrom("a", "b") });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), path, (changes, asked) => {
        const tree = new PathTree<string>();
        const all = new Map<string, Set<string>>();
        for (const { adds, path: where, item } of changes) {
          const there = all.get(where) ?? new Set();
          if (adds) {
            assert.equal(tree.add(where, item), there.size === 0);
            all.set(where, there.add(item));
          } else {
            const had = there.delete(item);
            assert.equal(tree.delete(where, item), had && there.size === 0);
            if (there.size === 0) all.delete(where);
          }
        }
        const entries = [...all].map(([each, items]) => ({ path: each, items }));
        const those = (fits: (each: string) => boolean) => shown(entries.filter((entry) => fits(entry.path)));
        assert.deepEqual(
          shown(tree.below(asked)),
          those((each) => each !== asked && each.startsWith(asked)),
        );
        assert.deepEqual(
          shown(tree.above(asked)),
          those((each) => each !== asked && asked.startsWith(each)),
        );
        assert.deepEqual([...tree.at(asked)].sort(), [...(all.get(asked) ?? [])].sort());
        assert.equal(tree.isEmpty, all.size === 0);
      }),
      { numRuns: 1000 },
    );
  });
});
