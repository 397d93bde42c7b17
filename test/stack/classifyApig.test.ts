import assert from "node:assert/strict";
import { TransientError } from "../../stack";
import { classifyOutput } from "../../stack/classify";
import { failedUpdate } from "./engineOutput";

const gateway = "the WhaleCloud API gateway at apig.components:8080";

/** The provider's words, and the reason they are taken for. */
const words = [
  [`${gateway} is unavailable: connect ECONNREFUSED 10.0.0.1:8080`, "GatewayUnavailable"],
  [`${gateway} is unavailable: HTTP status 500, res_code 9: Unauthorized`, "GatewayUnavailable"],
  [`${gateway} refused to bind r1-shop: res_code 1001: incorrect passphrase`, "GatewayRejected"],
  [`${gateway} refused to remove r1-shop: HTTP status 400: connection refused`, "GatewayRejected"],
  [`${gateway} denied access: HTTP status 401: no stack named 'a' found`, "GatewayUnauthorized"],
] as const;

describe("classifyOutput, of the WhaleCloud API gateway", () => {
  for (const [text, reason] of words) {
    it(`takes "${text.slice(gateway.length + 1)}" for ${reason}, whatever the gateway's own words are`, () => {
      const error = classifyOutput(failedUpdate(text));
      assert.ok(error instanceof TransientError, `${error.name}: ${error.message}`);
      assert.equal(error.reason, reason);
      assert.ok(error.message.includes(text), error.message);
    });
  }

  it("leaves out that there is one error, as the engine says of what was made in part", () => {
    const [[text]] = words;
    assert.equal(classifyOutput(failedUpdate("1 error occurred:", `\t* ${text}`)).message, text);
  });
});
