import assert from "node:assert/strict";
import { ApiException, KubeConfig } from "@kubernetes/client-node";
import { createClients, messageOf, statusOf } from "../../../watcher/kube/client";
import { discoverApiResources, discoverIstioVersion } from "../../../watcher/kube/discovery";
import { keyOf, splitKey } from "../../../watcher/kube/objects";
import { KubernetesServer } from "../../support/kubernetesServer";
import { apis, exposedApis } from "../examples";

describe("createClients", () => {
  it("needs a current cluster", () => {
    assert.throws(() => createClients(new KubeConfig()), /the kubeconfig has no current cluster/);
  });

  it("throws the status and the words of a request that the API server refuses", async () => {
    const server = await KubernetesServer.start();
    try {
      server.fail(403);
      await assert.rejects(createClients(server.kubeConfig).apis.getAPIVersions(), (error) => {
        assert.equal(statusOf(error), 403);
        assert.equal(messageOf(error), "fault 403");
        return true;
      });
    } finally {
      await server.close();
    }
  });
});

describe("statusOf and messageOf", () => {
  it("read a failed request, whatever its body", () => {
    const failed = (body: string) => new ApiException(409, "Conflict", body, {});

    assert.equal(statusOf(failed("{}")), 409);
    assert.equal(messageOf(failed('{"kind":"Status","message":"has been modified"}')), "has been modified");
    assert.equal(messageOf(failed("upstream timed out")), "upstream timed out");
    assert.equal(messageOf(failed('{"kind":"Status"}')), '{"kind":"Status"}');
  });

  it("read a server that was not reached, and what is no error at all", () => {
    assert.equal(statusOf(new Error("nowhere")), undefined);
    assert.equal(messageOf(new Error("nowhere")), "nowhere");
    assert.equal(messageOf("text"), "text");
  });
});

describe("the key of an object", () => {
  it("is its plural, namespace and name, and can be taken apart again", () => {
    const key = keyOf(apis, { metadata: { namespace: "components", name: "a.b" } });

    assert.equal(key, "apis/components/a.b");
    assert.deepEqual(splitKey(key), { plural: "apis", namespace: "components", name: "a.b" });
  });
});

describe("discovery", () => {
  let server: KubernetesServer;

  beforeEach(async () => {
    server = await KubernetesServer.start();
    serveGroups({});
  });
  afterEach(() => server.close());

  /** Has the cluster serve groups, each with versions in its order of preference. */
  function serveGroups(groups: Readonly<Record<string, readonly string[]>>): void {
    server.answers.set("/apis", {
      groups: Object.entries(groups).map(([name, versions]) => ({
        name,
        versions: versions.map((version) => ({ version, groupVersion: `${name}/${version}` })),
      })),
    });
  }

  /** Kinds as the charts of today and the oldest ones spell them. */
  const kinds: Readonly<Record<string, string>> = { exposedapis: "ExposedAPI", apis: "api" };

  function serve(groupVersion: string, ...names: readonly string[]): void {
    server.answers.set(`/apis/${groupVersion}`, {
      groupVersion,
      resources: names.map((name) => ({ name, kind: kinds[name] })),
    });
  }

  const resources = () => discoverApiResources(createClients(server.kubeConfig));
  const istio = () => discoverIstioVersion(createClients(server.kubeConfig));

  it("finds nothing while no CRD is installed", async () => {
    assert.deepEqual(await resources(), []);
  });

  it("finds ExposedAPI at the newest version, without a status subresource", async () => {
    serveGroups({ "oda.tmforum.org": ["v1", "v1beta4"] });
    serve("oda.tmforum.org/v1", "exposedapis", "components", "components/status");
    serve("oda.tmforum.org/v1beta4", "exposedapis");

    assert.deepEqual(await resources(), [exposedApis]);
  });

  it("sees a status subresource where there is one", async () => {
    serveGroups({ "oda.tmforum.org": ["v1"] });
    serve("oda.tmforum.org/v1", "exposedapis", "exposedapis/status");

    assert.equal((await resources())[0]?.statusSubresource, true);
  });

  it("finds the older kind too, at a version and in a spelling of its own", async () => {
    serveGroups({ "oda.tmforum.org": ["v1", "v1beta3"] });
    serve("oda.tmforum.org/v1", "exposedapis");
    serve("oda.tmforum.org/v1beta3", "exposedapis", "apis");

    assert.deepEqual(
      (await resources()).map(
        ({ kind, servedKind, version }) => `${kind}, served as ${servedKind} ${version}`,
      ),
      ["ExposedAPI, served as ExposedAPI v1", "API, served as api v1beta3"],
    );
  });

  it("goes on where a version went away between two requests", async () => {
    serveGroups({ "oda.tmforum.org": ["v1", "v1beta4"] });
    serve("oda.tmforum.org/v1beta4", "exposedapis");
    server.gone.add("/apis/oda.tmforum.org/v1");

    assert.equal((await resources())[0]?.version, "v1beta4");
  });

  it("throws what the API server says otherwise", async () => {
    serveGroups({ "oda.tmforum.org": ["v1"] });
    server.fail(503);

    await assert.rejects(resources(), { code: 503 });
  });

  it("writes Istio's newest version the components know", async () => {
    assert.equal(await istio(), "networking.istio.io/v1");
    serveGroups({ "networking.istio.io": ["v1", "v1beta1"] });
    assert.equal(await istio(), "networking.istio.io/v1");
    serveGroups({ "networking.istio.io": ["v1beta1", "v1alpha3"] });
    assert.equal(await istio(), "networking.istio.io/v1beta1");
  });
});
