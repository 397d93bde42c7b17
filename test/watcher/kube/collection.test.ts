import assert from "node:assert/strict";
import { type KubernetesObject } from "@kubernetes/client-node";
import { Collection } from "../../../watcher/kube/collection";
import { type Informer } from "../../../watcher/kube/informer";

describe("Collection", () => {
  let started: (string | undefined)[];
  const create = (namespace: string | undefined): Informer<KubernetesObject> =>
    ({
      start: () => started.push(namespace),
      stop: () => started.splice(started.indexOf(namespace), 1),
      get: (_: string, name: string) => ({ metadata: { name, namespace: namespace ?? "any" } }),
      hasList: true,
      isCurrent: true,
    }) as unknown as Informer<KubernetesObject>;

  beforeEach(() => {
    started = [];
  });

  it("follows one more namespace once, and answers for it", () => {
    const collection = new Collection([], create);
    assert.equal(collection.isCurrent("istio-ingress"), false);
    collection.follow("istio-ingress");
    collection.follow("istio-ingress");
    assert.deepEqual(started, ["istio-ingress"]);
    assert.equal(collection.isCurrent("istio-ingress"), true);
    assert.equal(collection.isCurrent("components"), false);
    assert.equal(collection.get("istio-ingress", "a")?.metadata?.namespace, "istio-ingress");
  });

  it("answers for every namespace once it follows all", () => {
    const collection = new Collection([], create);
    collection.follow(undefined);
    assert.equal(collection.get("components", "a")?.metadata?.namespace, "any");
  });

  it("follows nothing after it was stopped", () => {
    const collection = new Collection([], create);
    collection.follow("a");
    collection.stop();
    collection.follow("b");
    assert.deepEqual(started, []);
  });
});
