import assert from "node:assert/strict";
import { statusDuringRun } from "../../watcher/status";
import { applied, stack, status } from "./statusExamples";

describe("what a gateway says in the status", () => {
  const value = { spec: { path: "/catalog" } };
  const behindAzure = { stack: { ...stack, gateway: "azure-apim" } } as const;
  const binding = { field: "apimBind", value } as const;
  const bound = status({ ...behindAzure, binding });

  it("is what the last run gave, and stays until the next", () => {
    assert.deepEqual(bound["apimBind"], value);
    assert.deepEqual(status({ ...behindAzure, previous: bound })["apimBind"], value);
    assert.deepEqual(statusDuringRun({ ...applied, ...behindAzure, previous: bound })?.["apimBind"], value);
  });

  it("is taken away when the API is behind another gateway", () => {
    const left = status({ previous: bound });
    assert.ok("apimBind" in left);
    assert.equal(left["apimBind"], undefined);
    assert.equal("apimBind" in status({ previous: left }), false);
  });

  it("is not there while nothing was said", () => {
    assert.equal("apimBind" in status(behindAzure), false);
  });
});
