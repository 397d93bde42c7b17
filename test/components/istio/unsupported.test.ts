import assert from "node:assert/strict";
import { policiesOf } from "../../../components";
import { type PolicyField } from "../../../spec";
import { apiWith, guarded, idsOf, objectsOf, outcomeOf } from "./examples";

const rows: readonly (readonly [PolicyField, Record<string, unknown>, RegExp])[] = [
  ["quota", { quota: { limit: "10" } }, /the gateway azure-apim/],
  ["OASValidation", { OASValidation: { requestEnabled: true } }, /the gateway azure-apim/],
  ["template", { template: "gold" }, /the gateway azure-apim/],
];

describe("what nothing behind Istio enforces", () => {
  for (const [policy, spec, gateways] of rows) {
    it(`${policy} × istio: not supported, and the gateways that could are named`, () => {
      const { enforcedBy, because } = outcomeOf(policy, apiWith(spec), guarded);
      assert.equal(enforcedBy, undefined);
      assert.match(because ?? "", gateways);
    });

    it(`${policy} × istio: changes nothing that is declared`, () => {
      assert.deepEqual(idsOf(objectsOf(apiWith(spec))), idsOf(objectsOf(apiWith({}))));
    });
  }

  it("is told of every policy that is asked for, in the order of the fields", () => {
    const spec = Object.assign({}, ...rows.map(([, fields]) => fields)) as Record<string, unknown>;
    const api = apiWith(
      { ...spec, CORS: { enabled: true }, rateLimit: { enabled: true, limit: 1 } },
      { jwt: "keycloak", mtls: "strict", "network-policy": "gateway" },
    );
    const told = policiesOf({ api, settings: guarded });
    assert.deepEqual(
      told.map(({ policy }) => policy),
      ["CORS", "rateLimit", "quota", "OASValidation", "template", "jwt", "mtls", "networkPolicy"],
    );
    for (const { enforcedBy, because } of told)
      assert.ok((enforcedBy === undefined) !== (because === undefined));
  });
});
