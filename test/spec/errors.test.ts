import assert from "node:assert/strict";
import { formatFieldError, InvalidSpecError } from "../../spec";

const rule = "must be good";
const format = (value: unknown) => formatFieldError({ field: "spec.x", value, rule });

describe("formatFieldError", () => {
  it("leaves out a value that is unset", () => {
    assert.equal(format(undefined), "spec.x: must be good");
  });

  it("quotes strings and escapes what cannot be seen", () => {
    assert.equal(format('a"b\n\u0085\u202e\u007f'), 'spec.x: "a\\"b\\n\\u{85}\\u{202e}\\u{7f}" must be good');
  });

  it("shortens long values", () => {
    assert.equal(format("a".repeat(80)), `spec.x: "${"a".repeat(80)}" must be good`);
    assert.equal(format("a".repeat(81)), `spec.x: "${"a".repeat(79)}… must be good`);
    assert.ok(format("\u0000".repeat(1e6)).length < 120);
    assert.ok(format(10n ** 500n).length < 120);
  });

  it("does not look into lists, objects and functions, where secrets may be", () => {
    assert.equal(format(["s3cret"]), "spec.x: a list of 1 must be good");
    assert.equal(format({ password: "s3cret" }), "spec.x: an object must be good");
    assert.equal(
      format(() => "s3cret"),
      "spec.x: a function must be good",
    );
  });

  it("hides the user name and password of a URL", () => {
    assert.equal(format("https://me:s3cret@a.example/"), 'spec.x: "https://***@a.example/" must be good');
    assert.equal(format("me@a.example//b"), 'spec.x: "me@a.example//b" must be good');
  });
});

describe("InvalidSpecError", () => {
  const errors = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ field: `spec.f${index}`, value: index, rule }));

  it("says everything on one line", () => {
    const error = new InvalidSpecError(errors(2));
    assert.equal(error.message, "spec.f0: 0 must be good; spec.f1: 1 must be good");
    assert.equal(error.name, "InvalidSpecError");
  });

  it("lists twenty and counts the rest", () => {
    const error = new InvalidSpecError(errors(23));
    assert.match(error.message, /spec\.f19: 19 must be good; and 3 more$/);
    assert.equal(error.fields.length, 23);
  });
});
