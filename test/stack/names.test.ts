import assert from "node:assert/strict";
import * as fc from "fast-check";
import { gatewayTypes } from "../../components";
import { platformStackName, projectName, stackName } from "../../stack";

const LABEL = "abcdefghijklmnopqrstuvwxyz0123456789-";
const text = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters.split("")), minLength: 1, maxLength });

/** Namespaces are DNS labels, names DNS subdomains of up to 253 characters. */
const object = fc.record({ namespace: text(LABEL, 63), name: text(`${LABEL}.`, 253) });

describe("stackName", () => {
  it("is the namespace and the name", () => {
    assert.equal(stackName({ namespace: "components", name: "r1-catalog-api" }), "components.r1-catalog-api");
  });

  it("keeps a name of exactly the length Pulumi takes", () => {
    const name = "n".repeat(100 - "components.".length);

    assert.equal(stackName({ namespace: "components", name }), `components.${name}`);
  });

  it("cuts a longer one and ends it in a digest of the whole", () => {
    const name = "n".repeat(200);
    const stack = stackName({ namespace: "components", name });

    assert.equal(stack.length, 100);
    assert.match(stack, /^components\.n+-[0-9a-f]{12}$/);
    assert.notEqual(stackName({ namespace: "components", name: `${name}n` }), stack);
  });

  it("is never longer than 100 characters, and another for another object", () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        assert.ok(stackName(a).length <= 100);
        const same = a.namespace === b.namespace && a.name === b.name;
        assert.equal(stackName(a) === stackName(b), same);
      }),
    );
  });
});

describe("projectName", () => {
  it("is another for each kind of stack: objects of two kinds may share a name", () => {
    assert.equal(projectName("ExposedAPI"), "oda-api");
    assert.equal(projectName("API"), "oda-api-legacy");
    assert.equal(projectName("Platform"), "oda-api-platform");
  });
});

describe("platformStackName", () => {
  it("is another for each gateway, and for Istio what it was when there was one", () => {
    assert.deepEqual(gatewayTypes.map(platformStackName), ["gateway", "azure-apim", "whalecloud-apig"]);
  });
});
