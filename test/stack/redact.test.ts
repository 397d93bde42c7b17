import assert from "node:assert/strict";
import { withoutCredentials } from "../../stack/redact";

describe("withoutCredentials", () => {
  for (const [what, text, expected] of [
    ["in a URL", "open s3://key:secret@bucket/oda: no", "open s3://****@bucket/oda: no"],
    ["with an @ in them", "https://a:b@secret@host/x", "https://****@host/x"],
    [
      "percent-encoded with their URL",
      "GET https://host/x?next=https%3A%2F%2Fuser%3Asecret%40other%2Fy",
      "GET https://host/x?next=https%3A%2F%2F****%40other%2Fy",
    ],
    ["percent-encoded in small letters", "%2f%2fuser%3asecret%40host", "%2F%2F****%40host"],
    ["percent-encoded twice", "%252F%252Fuser%253Asecret%2540host", "%2F%2F****%40host"],
    ["percent-encoded in a URL that is not", "s3://user%3Asecret%40bucket", "s3://****%40bucket"],
  ] as const) {
    it(`hides credentials ${what}`, () => {
      assert.equal(withoutCredentials(text), expected);
    });
  }

  for (const text of [
    "https://host/path?mail=a%40b.org",
    "https://host/path%40x",
    "user@host (pid 17)",
    "a%2Fb%2Fc%40d",
  ]) {
    it(`leaves ${text} as it is`, () => {
      assert.equal(withoutCredentials(text), text);
    });
  }
});
