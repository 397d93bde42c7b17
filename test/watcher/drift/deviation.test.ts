import assert from "node:assert/strict";
import { type OwnedObject } from "../../../components";
import { deviation, holdOf } from "../../../watcher/drift/deviation";
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
    assert.equal(
      deviation(owned, live(spec, byHand("2026-01-01T12:01:00Z", "exportTo"))),
      undefined,
      "a default in an item of a list that nobody else holds",
    );
  });

  it("takes what somebody adds to an item of a list for a change of the list", () => {
    const spec = { http: [{ name: "catalog", fault: { abort: { httpStatus: 503 } } }] };
    assert.deepEqual(deviation(owned, live(spec, byHand("2026-01-01T12:01:00Z", "http")))?.fields, [
      "spec.http",
    ]);
  });

  it("takes an object for changed that somebody else made anew, though it has every field", () => {
    const object = live({}, byHand("2026-01-01T12:01:00Z", "hosts"));
    const replaced = {
      metadata: { managedFields: object.metadata?.managedFields?.slice(1) },
      spec: object.spec,
    } as unknown as LiveObject;
    assert.deepEqual(deviation(owned, replaced), {
      object: "VirtualService catalog",
      fields: ["metadata"],
      by: ["kubectl-edit"],
      at: "2026-01-01T12:01:00Z",
    });
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

describe("holdOf", () => {
  const hosts = byHand("2026-01-01T12:03:11Z", "hosts");
  const of = (spec: object, ...managers: ManagedFields[]): LiveObject =>
    ({ metadata: { managedFields: managers }, spec }) as unknown as LiveObject;
  const other = { ...(owned.fields["spec"] as object), hosts: ["example.org"] };

  it("is free where the object does not exist", () => {
    assert.equal(holdOf(owned, undefined), "free");
  });

  it("is free where nobody else holds a field that differs", () => {
    assert.equal(holdOf(owned, of(other, ours)), "free");
    assert.equal(holdOf(owned, of(owned.fields["spec"] as object, hosts)), "free");
    assert.equal(holdOf(owned, of(other, ours, byHand("2026-01-01T12:03:11Z", "exportTo"))), "free");
  });

  it("is changed where somebody else holds a field of an object of ours", () => {
    assert.equal(holdOf(owned, of(other, ours, hosts)), "changed");
  });

  it("is foreign where the object was never ours", () => {
    assert.equal(holdOf(owned, of(other, hosts)), "foreign");
  });

  it("is foreign where the object is that of the other kind of the same name", () => {
    const legacy = { ...hosts, manager: "oda-api-legacy" };
    assert.equal(holdOf(owned, of(other, legacy)), "foreign");
  });
});
