import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { differences, unfulfilled, type LiveObject } from "../../../../dev/bench/soak/custody";
import { SoakStack } from "../../../../dev/bench/soak/soakStack";
import { locksIn, stackOf, stacksIn, type StateStack } from "../../../../dev/bench/soak/stateFolder";
import { useTempDir } from "../../../support/tempDir";

const urn = "urn:pulumi:components.a::oda-api::kubernetes:networking.istio.io/v1:VirtualService::a";

/** The checkpoint of a stack with one VirtualService, as Pulumi writes it. */
function checkpoint(resource: object = {}, pending: readonly object[] = []): string {
  const metadata = { namespace: "components", name: "a", uid: "u1", resourceVersion: "7" };
  const resources = [
    { urn: "urn:pulumi:components.a::oda-api::pulumi:pulumi:Stack::a", type: "pulumi:pulumi:Stack" },
    { urn: "…::pulumi:providers:kubernetes::default", type: "pulumi:providers:kubernetes", custom: true },
    {
      urn,
      type: "kubernetes:networking.istio.io/v1:VirtualService",
      custom: true,
      outputs: { kind: "VirtualService", metadata },
      ...resource,
    },
  ];
  return JSON.stringify({ version: 3, checkpoint: { latest: { resources, pending_operations: pending } } });
}

function live(fields: Partial<LiveObject> = {}): LiveObject {
  return {
    kind: "VirtualService",
    id: "components/a",
    uid: "u1",
    resourceVersion: "7",
    path: "/a/v1",
    ...fields,
  };
}

const held: StateStack = stackOf("components.a", checkpoint());

/** The stack `a` after a run that declared its first version. */
function served(metrics = false): SoakStack {
  const stack = new SoakStack("a");
  stack.succeeded({ work: "create", declares: { version: 1, metrics } }, "u1");
  return stack;
}

describe("state folder of a soak", () => {
  const dir = useTempDir();

  it("gives the objects of each stack, and what is not finished", () => {
    const stacks = join(dir(), ".pulumi/stacks/oda-api");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(stacks, "components.a.json"), checkpoint({ delete: true }, [{ type: "creating" }]));
    writeFileSync(join(stacks, "components.a.json.bak"), "");
    const object = { kind: "VirtualService", id: "components/a", uid: "u1", resourceVersion: "7" };
    assert.deepEqual(stacksIn(dir(), "oda-api"), [
      { name: "components.a", objects: [object], undeleted: [urn], pending: 1 },
    ]);
    assert.deepEqual(stacksIn(dir(), "oda-api-legacy"), []);
    assert.deepEqual(stackOf("new", '{"version":3,"checkpoint":{}}').objects, []);
  });

  it("gives every lock and whose it is", () => {
    assert.deepEqual(locksIn(dir()), []);
    const locks = join(dir(), ".pulumi/locks/organization/oda-api/components.a");
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, "1.json"), '{"pid":5,"timestamp":"2026-01-01T00:00:00Z"}');
    assert.deepEqual(locksIn(dir()), [
      "organization/oda-api/components.a/1.json of process 5 since 2026-01-01T00:00:00Z",
    ]);
  });
});

describe("custody of a soak", () => {
  it("has nothing to say where the stacks, the cluster and what was declared are one", () => {
    assert.deepEqual(differences([held], [live()]), []);
    assert.deepEqual(unfulfilled([served()], [held], [live()]), []);
    assert.deepEqual(unfulfilled([new SoakStack("a")], [], []), []);
  });

  it("names what is lost, left over, doubled or another", () => {
    assert.deepEqual(differences([held], []), [
      "VirtualService components/a is lost: in the stack components.a and not in the cluster",
    ]);
    assert.deepEqual(differences([], [live()]), [
      "VirtualService components/a is in the cluster and in no stack",
    ]);
    assert.deepEqual(differences([held, { ...held, name: "components.b" }], [live()]), [
      "VirtualService components/a is doubled: in the stacks components.a and components.b",
    ]);
    assert.deepEqual(differences([held], [live({ uid: "u2" })]), [
      "VirtualService components/a is another object than that of the stack components.a",
    ]);
    assert.deepEqual(differences([held], [live({ resourceVersion: "8" })]), [
      "VirtualService components/a is at another version than the stack components.a says",
    ]);
    assert.deepEqual(differences([stackOf("components.a", checkpoint({ delete: true }))], [live()]), [
      `stack components.a still has to delete ${urn}`,
    ]);
  });

  it("names what is not as the last run declared it", () => {
    assert.deepEqual(unfulfilled([served(true)], [held], [live({ path: "/a/v0" })]), [
      "a is routed at /a/v0, not at /a/v1",
      "a has no ServiceMonitor",
    ]);
    const monitor = live({ kind: "ServiceMonitor" });
    assert.deepEqual(unfulfilled([new SoakStack("a")], [held], [live(), monitor]), [
      "stack components.a is left over",
      "a is routed at /a/v1, not at nothing",
      "a has a ServiceMonitor that it must not have",
    ]);
    assert.deepEqual(unfulfilled([served()], [], [live()]), ["stack components.a is missing"]);
    assert.deepEqual(unfulfilled([], [held], [live()]), ["stack components.a is nobody's"]);
  });

  it("expects nothing of a stack whose run was given up", () => {
    const stack = served();
    stack.givenUp = true;
    assert.deepEqual(unfulfilled([stack], [], []), []);
  });
});
