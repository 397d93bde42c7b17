import assert from "node:assert/strict";
import * as fc from "fast-check";
import { canonicalJson } from "../../spec";

describe("canonicalJson", () => {
  it("sorts keys at every depth and leaves out what is undefined", () => {
    assert.equal(
      canonicalJson({ b: [{ d: 1, c: undefined }], a: "x", 10: null, 9: true }),
      '{"10":null,"9":true,"a":"x","b":[{"d":1}]}',
    );
  });

  it("writes null for what JSON cannot hold outside of an object", () => {
    assert.equal(canonicalJson(undefined), "null");
    assert.equal(canonicalJson([undefined, NaN]), "[null,null]");
  });

  it("is JSON of the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        assert.equal(canonicalJson(reversed), canonicalJson(value));
      }),
    );
  });
});
