import assert from "node:assert/strict";
import { type OwnedObject } from "../../../components";
import { deviation, mayTake } from "../../../watcher/drift/deviation";
import { type LiveObject, type ManagedFields } from "../../../watcher/drift/liveObject";

const owned: OwnedObject = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  namespace: "components",
  name: "catalog",
  fieldManager: "oda-api",
  fields: { spec: { hosts: ["*"], gateways: ["component-gateway"], http: [{ name: "catalog" }] } },
};

const ours: ManagedFields = {
  manager: "oda-api",
  operation: "Apply",
  time: "2026-01-01T12:00:00Z",
  fieldsV1: { "f:spec": { "f:hosts": {}, "f:gateways": {}, "f:http": {} } },
};

/** A live object with changes to its spec, and who made them. */
function live(spec: Record<string, unknown> = {}, ...managers: ManagedFields[]): LiveObject {
  const object = {
    metadata: { name: "catalog", namespace: "components", managedFields: [ours, ...managers] },
    spec: { ...(owned.fields["spec"] as object), ...spec },
  };
  return object as unknown as LiveObject;
}

const byHand = (time: string, ...fields: string[]): ManagedFields => ({
  manager: "kubectl-edit",
  operation: "Update",
  time,
  fieldsV1: { "f:spec": Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
});

describe("deviation", () => {
  it("is none where every declared field is as declared, whatever there is beside it", () => {
    const spec = { exportTo: ["."], http: [{ name: "catalog", timeout: "5s" }] };
    assert.equal(deviation(owned, live(spec, byHand("2026-01-01T12:01:00Z", "exportTo"))), undefined);
  });

  it("names the field, who changed it and when", () => {
    const object = live({ hosts: ["example.org"] }, byHand("2026-01-01T12:03:11Z", "hosts"));
    assert.deepEqual(deviation(owned, object), {
      object: "VirtualService catalog",
      fields: ["spec.hosts"],
      by: ["kubectl-edit"],
      at: "2026-01-01T12:03:11Z",
    });
  });

  it("names nobody for a field that was removed: nobody manages it", () => {
    const change = deviation(owned, live({ hosts: undefined }, byHand("2026-01-01T12:03:11Z", "exportTo")));
    assert.deepEqual(change, { object: "VirtualService catalog", fields: ["spec.hosts"], by: [] });
  });

  it("takes a list as one field, whether it is longer, shorter or in another order", () => {
    for (const hosts of [[], ["*", "b"], ["b"]]) {
      assert.deepEqual(deviation(owned, live({ hosts }))?.fields, ["spec.hosts"]);
    }
  });

  it("has no field where the object was deleted", () => {
    assert.deepEqual(deviation(owned, undefined), { object: "VirtualService catalog", fields: [], by: [] });
  });

  it("names each manager once and the time of the last change", () => {
    const change = deviation(
      owned,
      live(
        { hosts: [], gateways: [] },
        byHand("2026-01-01T12:03:11Z", "hosts"),
        byHand("2026-01-01T12:05:00Z", "gateways"),
        { ...byHand("2026-01-01T12:04:00Z", "hosts"), manager: "k9s" },
      ),
    );
    assert.deepEqual(change, {
      object: "VirtualService catalog",
      fields: ["spec.hosts", "spec.gateways"],
      by: ["kubectl-edit", "k9s"],
      at: "2026-01-01T12:05:00Z",
    });
  });

  it("writes names that hold dots or slashes in brackets", () => {
    const annotations = { "prometheus.io/port": "8080" };
    const patch: OwnedObject = {
      ...owned,
      kind: "Deployment",
      fields: { spec: { template: { metadata: { annotations } } } },
      isPatch: true,
    };
    assert.deepEqual(deviation(patch, live({ template: {} }))?.fields, ["spec.template.metadata"]);
    const others = { template: { metadata: { annotations: { "prometheus.io/port": "9090" } } } };
    assert.deepEqual(deviation(patch, live(others))?.fields, [
      'spec.template.metadata.annotations["prometheus.io/port"]',
    ]);
  });
});

describe("mayTake", () => {
  const changed = live({ hosts: ["example.org"] }, byHand("2026-01-01T12:03:11Z", "hosts"));
  const foreign = {
    metadata: { managedFields: [byHand("2026-01-01T12:03:11Z", "hosts")] },
    spec: { hosts: ["example.org"] },
  } as unknown as LiveObject;

  it("takes an object that does not exist", () => {
    assert.equal(mayTake(owned, undefined, true), true);
  });

  it("takes back what somebody changed on an object of ours, unless it is only to be reported", () => {
    assert.equal(mayTake(owned, changed, true), true);
    assert.equal(mayTake(owned, changed, false), false);
  });

  it("leaves an object that was never ours", () => {
    assert.equal(mayTake(owned, foreign, true), false);
  });

  it("takes fields that only this project holds, whatever is to be done about others", () => {
    const older = live({ hosts: ["old.example.org"] });
    assert.equal(mayTake(owned, older, false), true);
  });
});
