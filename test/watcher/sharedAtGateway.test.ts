import assert from "node:assert/strict";
import { defaultIstioSettings, platformObjects, type IstioSettings } from "../../components";
import { type Clients } from "../../watcher/kube/client";
import { isSharedOutdated } from "../../watcher/sharedAtGateway";

const withTokens: IstioSettings = {
  ...defaultIstioSettings,
  jwt: [{ name: "keycloak", issuer: "https://id.example.com" }],
};
const elsewhere: IstioSettings = {
  ...defaultIstioSettings,
  workload: { namespace: "edge", labels: { istio: "ingressgateway" } },
};

interface Query {
  readonly plural: string;
  readonly namespace?: string;
  readonly fieldSelector?: string;
}

describe("what an earlier watcher left at the gateway for all APIs", () => {
  const asked: Query[] = [];
  beforeEach(() => {
    asked.length = 0;
  });

  /** A cluster with what a run under these settings leaves; `refuse` gives the HTTP status for a look. */
  const cluster = (
    settings: IstioSettings | undefined,
    refuse: (query: Query) => number | undefined = () => undefined,
    manager = "oda-api-platform",
  ): Pick<Clients, "objects"> => {
    const objects = (settings === undefined ? [] : platformObjects(settings)).map((object) => ({
      plural: `${object.kind.toLowerCase()}s`,
      metadata: {
        name: object.name,
        namespace: object.namespace,
        managedFields: [{ manager, fieldsV1: { "f:spec": {} } }],
      },
      spec: object.fields["spec"],
    }));
    const list = (query: Query): Promise<unknown> => {
      asked.push(query);
      const code = refuse(query);
      if (code !== undefined) return Promise.reject(Object.assign(new Error("refused"), { code }));
      const { namespace, plural } = query;
      const items = objects.filter(
        (each) =>
          each.plural === plural && (namespace ?? each.metadata.namespace) === each.metadata.namespace,
      );
      return Promise.resolve({ items });
    };
    return {
      objects: { listCustomObjectForAllNamespaces: list, listNamespacedCustomObject: list },
    } as unknown as Pick<Clients, "objects">;
  };
  const isOutdated = (...[clients, settings]: readonly [Pick<Clients, "objects">, IstioSettings]) =>
    isSharedOutdated(clients, settings, "correct");

  it("is looked for by its name, in all namespaces", async () => {
    assert.equal(await isOutdated(cluster(undefined), defaultIstioSettings), false);
    assert.deepEqual(
      asked.map(({ plural, namespace, fieldSelector }) => [plural, namespace, fieldSelector]),
      [
        ["envoyfilters", undefined, "metadata.name=oda-api"],
        ["requestauthentications", undefined, "metadata.name=oda-api"],
      ],
    );
  });

  it("is not outdated where the settings are the same", async () => {
    assert.equal(await isOutdated(cluster(defaultIstioSettings), defaultIstioSettings), false);
    assert.equal(await isOutdated(cluster(withTokens), withTokens), false);
  });

  it("is outdated where the settings have no providers of tokens any more", async () => {
    assert.equal(await isOutdated(cluster(withTokens), defaultIstioSettings), true);
  });

  it("is outdated where a provider has become another one", async () => {
    const other = { ...withTokens, jwt: [{ name: "keycloak", issuer: "https://other.example.com" }] };
    assert.equal(await isOutdated(cluster(withTokens), other), true);
    const narrower = { ...withTokens, jwt: [{ ...withTokens.jwt![0]!, audiences: ["oda"] }] };
    assert.equal(await isOutdated(cluster(narrower), withTokens), true);
  });

  it("is outdated where it is not in the gateway's namespace any more", async () => {
    assert.equal(await isOutdated(cluster(defaultIstioSettings), elsewhere), true);
  });

  it("is looked for in the gateway's namespace where not all may be seen", async () => {
    const forbidden = ({ namespace }: Query) => (namespace === undefined ? 403 : undefined);
    assert.equal(await isOutdated(cluster(withTokens, forbidden), defaultIstioSettings), true);
    assert.equal(asked.at(-1)?.namespace, "istio-ingress");
  });

  it("is none where the cluster does not serve the kinds, or nothing may be seen", async () => {
    for (const code of [404, 403]) {
      assert.equal(
        await isOutdated(
          cluster(withTokens, () => code),
          defaultIstioSettings,
        ),
        false,
      );
    }
  });

  it("is not known where the API server does not answer", async () => {
    await assert.rejects(
      isOutdated(
        cluster(withTokens, () => 503),
        defaultIstioSettings,
      ),
    );
  });

  it("is none of somebody else's objects", async () => {
    assert.equal(await isOutdated(cluster(withTokens, undefined, "helm"), defaultIstioSettings), false);
  });

  it("is left to the detection of drift where somebody changed it and that is only to be reported", async () => {
    const changed = cluster(withTokens, undefined, "oda-api-platform");
    const edited = {
      objects: {
        listCustomObjectForAllNamespaces: async (query: Query) => {
          const { items } = (await changed.objects.listCustomObjectForAllNamespaces(query as never)) as {
            items: { metadata: { managedFields: object[] } }[];
          };
          return {
            items: items.map(({ metadata, ...item }) => ({
              ...item,
              metadata: {
                ...metadata,
                managedFields: [
                  ...metadata.managedFields,
                  { manager: "kubectl", fieldsV1: { "f:spec": {} } },
                ],
              },
              spec: {},
            })),
          };
        },
      },
    } as unknown as Pick<Clients, "objects">;
    assert.equal(await isSharedOutdated(edited, withTokens, "report"), false);
    assert.equal(await isSharedOutdated(edited, withTokens, "correct"), true);
  });
});
