import assert from "node:assert/strict";
import { ApiObjects, FINALIZER } from "../../watcher/apiObjects";
import { createClients } from "../../watcher/kube/client";
import { type ApiObject } from "../../watcher/kube/objects";
import { KubernetesServer } from "../support/kubernetesServer";
import { exposedApis } from "./examples";

const KEY = "exposedapis/components/a";
const PATH = "/apis/oda.tmforum.org/v1/namespaces/components/exposedapis";

describe("ApiObjects", () => {
  let server: KubernetesServer;
  let cached: ApiObject | undefined;
  let writes: number;

  beforeEach(async () => {
    server = await KubernetesServer.start();
    cached = undefined;
    writes = 0;
  });
  afterEach(() => server.close());

  function objects(statusSubresource = false): ApiObjects {
    return new ApiObjects(
      createClients(server.kubeConfig),
      [{ ...exposedApis, statusSubresource }],
      () => cached,
      () => {
        writes += 1;
      },
    );
  }

  /** Puts an object into the cluster and into the cache. */
  function exists(changes: Partial<ApiObject> = {}, finalizers: string[] = []): ApiObject {
    const metadata = { name: "a", namespace: "components", uid: "uid-a", finalizers };
    cached = server.put(PATH, { metadata, ...changes }) as ApiObject;
    return cached;
  }

  const stored = () => server.get(PATH, "components", "a") as ApiObject | undefined;

  it("adds its finalizer beside those of others, once", async () => {
    const api = objects();
    const finalized = await api.addFinalizer(KEY, exists({}, ["other"]));

    assert.deepEqual(stored()?.metadata?.finalizers, ["other", FINALIZER]);
    assert.equal(await api.addFinalizer(KEY, finalized), finalized);
    assert.equal(server.requests.length, 1);
  });

  it("removes its finalizer, and leaves those of others", async () => {
    const api = objects();
    await api.removeFinalizer(KEY, exists({}, ["other", FINALIZER]));
    assert.deepEqual(stored()?.metadata?.finalizers, ["other"]);

    await api.removeFinalizer(KEY, exists({}, ["other"]));
    assert.equal(server.requests.length, 1);
  });

  it("does not touch finalizers that changed since they were read", async () => {
    const read = exists();
    exists({}, ["other"]);

    await assert.rejects(objects().addFinalizer(KEY, read), { code: 409 });
    assert.deepEqual(stored()?.metadata?.finalizers, ["other"]);
  });

  it("does not touch another object of the same name", async () => {
    const read = exists();
    server.put(PATH, { metadata: { name: "a", namespace: "components", uid: "uid-new" } });

    await assert.rejects(objects().writeStatus(KEY, read, { stack: {} }), { code: 409 });
  });

  it("tells when the object is gone", async () => {
    const read = exists();
    server.remove(PATH, read);

    await assert.rejects(objects().writeStatus(KEY, read, { stack: {} }), { code: 404 });
  });

  it("writes the differences of a status alone, and nothing where there are none", async () => {
    const api = objects();
    const read = exists({
      status: { implementation: { ready: false }, stack: { name: "s", hash: "1" }, other: 5 },
    });
    await api.writeStatus(KEY, read, { implementation: { ready: true }, stack: { name: "s" } });

    assert.deepEqual(server.bodies, [
      { metadata: { uid: "uid-a" }, status: { implementation: { ready: true }, stack: { hash: null } } },
    ]);
    assert.deepEqual(stored()?.status, { implementation: { ready: true }, stack: { name: "s" }, other: 5 });
    await api.writeStatus(KEY, stored()!, { implementation: { ready: true }, stack: { name: "s" } });
    assert.equal(writes, 1);
    assert.equal(server.requests.length, 1);
  });

  it("writes the whole of its status through the subresource, where there is one", async () => {
    await objects(true).writeStatus(KEY, exists({ status: { other: 5 } }), {
      implementation: { ready: true },
    });

    assert.deepEqual(server.requests, [`PATCH ${PATH}/a/status?fieldManager=oda-api-watcher&force=true`]);
    assert.deepEqual(server.bodies, [
      {
        apiVersion: "oda.tmforum.org/v1",
        kind: "ExposedAPI",
        metadata: { name: "a", namespace: "components", uid: "uid-a" },
        status: { implementation: { ready: true } },
      },
    ]);
  });

  it("reads what it wrote before the cache has it, then the cache again", async () => {
    const api = objects();
    const old = exists();
    await api.writeStatus(KEY, old, { implementation: { ready: true } });
    assert.deepEqual(api.get(KEY)?.status, { implementation: { ready: true } });

    const newer = exists({ status: { implementation: { ready: false } } });
    assert.equal(api.get(KEY), newer);
    cached = old;
    assert.equal(api.get(KEY), old);
  });

  it("compares versions as numbers of any length", async () => {
    const api = objects();
    const old = exists();
    cached = { metadata: Object.assign({}, old.metadata, { resourceVersion: "9" }) };
    for (let version = 1; version < 10; version++) server.put(PATH, old);
    await api.writeStatus(KEY, cached, { implementation: { ready: true } });

    assert.equal(api.get(KEY)?.metadata?.resourceVersion, "11");
  });

  it("forgets what it wrote to an object that is gone, or was replaced by another", async () => {
    const api = objects();
    await api.writeStatus(KEY, exists(), { implementation: { ready: true } });
    cached = undefined;
    assert.equal(api.get(KEY), undefined);

    await api.writeStatus(KEY, exists(), { implementation: { ready: true } });
    const replaced: ApiObject = { metadata: { name: "a", uid: "uid-new", resourceVersion: "1" } };
    cached = replaced;
    assert.equal(api.get(KEY), replaced);
  });

  it("names a kind that the cluster does not serve", () => {
    assert.throws(
      () => objects().resource("apis/components/a"),
      /apis\/components\/a: the cluster does not serve apis/,
    );
  });
});
