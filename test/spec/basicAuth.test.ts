import assert from "node:assert/strict";
import { inspect } from "node:util";
import { complaints, fieldErrors, parse, resource } from "./examples";

describe("spec.basicAuth", () => {
  const username = { name: "metrics-login", key: "user" };
  const password = { name: "metrics-login", key: "password" };

  it("reads two references to one Secret, as a ServiceMonitor has them", () => {
    assert.deepEqual(parse({ basicAuth: { username, password } }).basicAuth, {
      secretName: "metrics-login",
      usernameKey: "user",
      passwordKey: "password",
    });
  });

  it("is unset where a chart renders it without values", () => {
    for (const basicAuth of [
      undefined,
      {},
      { username: "", password: null },
      { username: { name: "", key: "" } },
    ]) {
      assert.ok(!("basicAuth" in parse({ basicAuth })));
    }
  });

  it("refuses references to two Secrets", () => {
    assert.deepEqual(complaints({ basicAuth: { username, password: { ...password, name: "other" } } }), [
      "spec.basicAuth.password.name: (not shown) must name the same Secret as spec.basicAuth.username.name",
    ]);
  });

  it("asks for both references, and for their names and keys", () => {
    assert.deepEqual(complaints({ basicAuth: { username, password: { name: "metrics-login" } } }), [
      "spec.basicAuth.password.key: is required",
    ]);
    assert.deepEqual(complaints({ basicAuth: { password } }), [
      "spec.basicAuth.username: must be {name, key}, a reference to a key of a Secret; clear text is refused",
    ]);
  });

  it("refuses clear text, and keeps it out of the error in every form", () => {
    const clear = [
      "me:s3cret",
      ["s3cret"],
      { username: "me", password: "s3cret" },
      { user: "me", pass: "s3cret" },
      { username, password: { name: "s3cret s3cret", key: "s3cret!" } },
      { username, password: { value: "s3cret" } },
      { username, password: ["s3cret"] },
    ];
    for (const basicAuth of clear) {
      const errors = fieldErrors(resource({ basicAuth }));
      assert.notEqual(errors.length, 0);
      const everywhere =
        inspect(errors, { depth: null }) + JSON.stringify(errors) + complaints({ basicAuth }).join();
      assert.ok(!everywhere.includes("s3cret"), everywhere);
    }
  });
});
