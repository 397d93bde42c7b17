import assert from "node:assert/strict";
import * as fc from "fast-check";
import { mergePatch } from "../../watcher/mergePatch";

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** MergePatch of RFC 7396, section 2, as it stands there. */
function apply(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = apply(result[name], value);
  }
  return result;
}

/** Status as Kubernetes keeps it: objects, lists and scalars, but no null, which a merge patch cannot write. */
const status = fc.letrec<{ value: unknown; fields: Fields }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ maxLength: 3 }),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("fields"),
  ),
  fields: fc.dictionary(fc.constantFrom("a", "b", "c", "d"), tie("value"), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
})).fields;

describe("mergePatch", () => {
  it("turns the one value into the other, whatever they are", () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        const patch = mergePatch(from, to);
        assert.deepEqual(patch === undefined ? from : apply(from, patch), to);
      }),
    );
  });

  it("is undefined exactly where nothing changes", () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        assert.equal(mergePatch(from, structuredClone(from)), undefined);
        assert.equal(
          mergePatch(from, to) === undefined,
          JSON.stringify(sorted(from)) === JSON.stringify(sorted(to)),
        );
      }),
    );
  });

  it("holds the differences alone", () => {
    const from = {
      apiStatus: { url: "https://a/", port: 80, ip: "10.0.0.1" },
      implementation: { ready: true },
    };
    const to = {
      apiStatus: { url: "https://b/", port: 80 },
      implementation: { ready: true },
      stack: { name: "x" },
    };

    assert.deepEqual(mergePatch(from, to), {
      apiStatus: { url: "https://b/", ip: null },
      stack: { name: "x" },
    });
  });

  it("replaces lists whole", () => {
    assert.deepEqual(mergePatch({ routes: ["a", "b"] }, { routes: ["a"] }), { routes: ["a"] });
  });

  it("takes a field that is undefined for absent", () => {
    assert.equal(mergePatch({ a: undefined }, {}), undefined);
    assert.equal(mergePatch({}, { a: undefined }), undefined);
    assert.deepEqual(mergePatch({ a: 1 }, { a: undefined }), { a: null });
    assert.deepEqual(mergePatch({ a: undefined }, { a: 1 }), { a: 1 });
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
