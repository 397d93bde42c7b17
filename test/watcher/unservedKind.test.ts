import assert from "node:assert/strict";
import { type OwnedObject } from "../../components";
import { createClients } from "../../watcher/kube/client";
import { unservedKind } from "../../watcher/unservedKind";
import { KubernetesServer } from "../support/kubernetesServer";

const certificate: OwnedObject = {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  namespace: "istio-ingress",
  name: "a",
  fieldManager: "oda-api",
  fields: {},
};
const GROUP = "/apis/cert-manager.io/v1";

describe("a kind that the cluster does not serve", () => {
  let server: KubernetesServer;
  let missing: OwnedObject | undefined;
  let found: OwnedObject[];

  beforeEach(async () => {
    server = await KubernetesServer.start();
    missing = certificate;
    found = [];
  });
  afterEach(() => server.close());

  const ask = () =>
    unservedKind(
      { ofUnservedKind: () => missing, nowServed: (object) => found.push(object) },
      createClients(server.kubeConfig),
      [certificate],
    );

  it("is asked for only where the cache has not found it", async () => {
    missing = undefined;
    assert.equal(await ask(), undefined);
    assert.deepEqual(server.requests, []);
  });

  it("is told where the group is not there, or has it not", async () => {
    server.gone.add(GROUP);
    assert.equal(await ask(), "Certificate of cert-manager.io/v1");
    server.gone.clear();
    server.answers.set(GROUP, { resources: [{ name: "issuers", kind: "Issuer" }] });
    assert.equal(await ask(), "Certificate of cert-manager.io/v1");
    assert.deepEqual(found, []);
  });

  it("is looked for at once where its definition has come since", async () => {
    server.answers.set(GROUP, { resources: [{ name: "certificates", kind: "Certificate" }] });
    assert.equal(await ask(), undefined);
    assert.deepEqual(found, [certificate]);
  });

  it("is not told where the API server does not say", async () => {
    server.fail(503);
    assert.equal(await ask(), undefined);
    assert.deepEqual(found, []);
  });
});
