// What an API behind Azure API Management becomes there, from its first run to its last.
import assert from "node:assert/strict";
import { forbidden } from "../../support/azure/arm/faults";
import { azureSettings } from "./installation";
import { behindAzure, BACKEND, documented } from "./exposures";
import { describeWithEngines, type World } from "./suite";

/** Entities of an API, without its operations. */
const entitiesOf = ({ arm }: World, name: string): string[] =>
  arm.entities().filter((path) => path.split("/")[1] === name && !path.includes("/operations/"));

const hasIngress = async ({ clients }: World, name: string): Promise<boolean> => {
  const kind = { group: "networking.k8s.io", version: "v1", plural: "ingresses" };
  const list: unknown = await clients.objects.listNamespacedCustomObject({
    ...kind,
    namespace: "components",
  });
  const { items } = list as { readonly items: readonly { readonly metadata: { readonly name: string } }[] };
  return items.some(({ metadata }) => metadata.name === `apim-api-ingress-${name}`);
};

describeWithEngines("An API behind Azure API Management", (world) => {
  it("is previewed without a word to Azure that would change anything", async () => {
    const { arm, engine } = world();

    const steps = await engine.preview("foreseen", behindAzure(arm));

    const created = steps.filter(({ op }) => op === "create").map(({ type }) => type);
    for (const type of ["Api", "ApiPolicy", "Backend"]) {
      assert.ok(created.includes(`azure-native:apimanagement:${type}`), `${type} of ${created.join(", ")}`);
    }
    assert.deepEqual(arm.sent("PUT"), []);
    await engine.destroy("foreseen");
  });

  it("is there for callers after its first run, and nothing is written by the next", async () => {
    const { arm, engine } = world();

    const { uid, binding } = await engine.up("catalog", behindAzure(arm));

    assert.deepEqual(entitiesOf(world(), "catalog"), [
      "apis/catalog",
      "apis/catalog/policies/policy",
      "backends/catalog",
    ]);
    assert.equal((await fetch(`${arm.gatewayUrl}/catalog/category/1`)).status, 200);
    assert.equal(uid, "apis/catalog");
    assert.equal(binding?.field, "apimBind");
    assert.ok(await hasIngress(world(), "catalog"));
    arm.requests.length = 0;
    await engine.up("catalog", behindAzure(arm));
    assert.deepEqual([arm.sent("PUT"), arm.sent("DELETE")], [[], []]);
  });

  it("is changed where its spec was, and nowhere else", async () => {
    const { arm, engine } = world();
    await engine.up("edited", behindAzure(arm));
    arm.requests.length = 0;

    await engine.up(
      "edited",
      behindAzure(arm, { rateLimit: { enabled: true, identifier: "IP", limit: "5" } }),
    );

    assert.deepEqual(arm.sent("PUT"), ["PUT apis/edited/policies/policy"]);
    assert.match(
      String(arm.properties("apis/edited/policies/policy")?.["value"]),
      /rate-limit-by-key calls="5"/,
    );
  });

  it("has the operations of its document, also after that has changed", async () => {
    const { arm, engine } = world();
    const operations = (): string[] =>
      arm.entities().filter((path) => path.startsWith("apis/described/operations/"));

    await engine.up("described", documented(arm, "list", "find"));
    assert.deepEqual(operations(), ["apis/described/operations/find", "apis/described/operations/list"]);

    await engine.up("described", documented(arm, "find"));
    assert.deepEqual(operations(), ["apis/described/operations/find"]);
    assert.match(String(arm.properties("backends/described")?.["url"]), new RegExp(`^${BACKEND}/described`));
  });

  it("has the operations of a document that it gets, whatever these are called", async () => {
    const { arm, engine } = world();
    const operations = (): string[] =>
      arm
        .entities()
        .filter((path) => path.startsWith("apis/newly/operations/"))
        .map((path) => path.split("/").at(-1) ?? "");
    const ids = ["delete", "get", "get-root", "oda-get", "options"];
    await engine.up("newly", behindAzure(arm));
    assert.ok(operations().every((id) => id.startsWith("oda--")));

    await engine.up("newly", documented(arm, ...ids));
    assert.deepEqual(operations(), ids);
    await engine.up("newly", documented(arm, ...ids));
    assert.deepEqual(operations(), ids);

    await engine.up("newly", behindAzure(arm));
    assert.equal((await fetch(`${arm.gatewayUrl}/newly/any/path`)).status, 200);
    await engine.destroy("newly");
  });

  it("is at another id of the same service after a run, with what belongs to it", async () => {
    const { arm, engine } = world();
    const exposure = documented(arm, "list");
    const gateway = { ...azureSettings(arm), apiIds: "namespace-name" } as const;
    await engine.up("renamed", exposure);

    await engine.up("renamed", { ...exposure, gateway });

    assert.deepEqual(entitiesOf(world(), "renamed"), []);
    assert.deepEqual(entitiesOf(world(), "components-renamed"), [
      "apis/components-renamed",
      "apis/components-renamed/policies/policy",
      "backends/components-renamed",
    ]);
    assert.equal((await fetch(`${arm.gatewayUrl}/renamed/list`)).status, 200);
    await engine.up("renamed", exposure);
    assert.deepEqual(entitiesOf(world(), "components-renamed"), []);
    await engine.destroy("renamed");
  });

  it("gets to another id of the same service after a run that failed between one and the other", async () => {
    const { arm, engine } = world();
    const exposure = documented(arm, "list");
    const renamed = { ...exposure, gateway: { ...azureSettings(arm), apiIds: "namespace-name" } as const };
    await engine.up("stumbling", exposure);
    arm.faults.plan(forbidden, { method: "PUT", path: /^apis\/components-stumbling$/ });
    await assert.rejects(engine.up("stumbling", renamed));
    arm.faults.clear();

    await engine.up("stumbling", renamed, { refresh: true });

    assert.equal((await fetch(`${arm.gatewayUrl}/stumbling/list`)).status, 200);
    assert.deepEqual(entitiesOf(world(), "stumbling"), []);
    await engine.destroy("stumbling");
  });

  it("is put back by a run with refresh, whatever others did to it", async () => {
    const { arm, engine } = world();
    const exposure = behindAzure(arm);
    await engine.up("meddled", exposure);
    const before = arm.properties("apis/meddled/policies/policy");
    arm.edit("apis/meddled", { displayName: "theirs" });
    arm.edit("apis/meddled/policies/policy", { value: "<policies><inbound/></policies>" });
    arm.remove("backends/meddled");

    await engine.up("meddled", exposure, { refresh: true });

    assert.notEqual(arm.properties("apis/meddled")?.["displayName"], "theirs");
    assert.deepEqual(arm.properties("apis/meddled/policies/policy"), before);
    assert.ok(arm.entities().includes("backends/meddled"));
  });

  it("leaves nothing behind, also where others have deleted some of it", async () => {
    const { arm, engine } = world();
    const names = ["catalog", "edited", "described", "meddled"];
    arm.remove("apis/edited");

    for (const name of names) await engine.destroy(name);

    assert.deepEqual(arm.entities(), []);
    for (const name of names) assert.ok(!(await hasIngress(world(), name)), name);
  });

  it("has no secret in its state, and no key of a subscription", async () => {
    const { arm, engine } = world();
    const secretId = "https://canvas.vault.azure.net/secrets/app-insights";
    arm.edit("loggers/insights", {
      loggerType: "applicationInsights",
      credentials: { instrumentationKey: "hush" },
    });
    arm.edit("products/gold", { displayName: "Gold" });
    arm.edit("subscriptions/gold", { displayName: "Gold", scope: arm.idOf("products/gold") });
    const gateway = {
      ...azureSettings(arm),
      appInsights: { logger: "insights", secretId, sampling: 100 },
      products: [{ id: "gold", subscriptionRequired: true, approvalRequired: false }],
    };

    await engine.up("secretive", { ...behindAzure(arm), gateway });

    assert.ok(arm.entities().includes("apis/secretive/diagnostics/applicationinsights"));
    assert.doesNotMatch(engine.state("secretive"), /hush|primary-0123|Bearer/);
    await engine.destroy("secretive");
    for (const path of ["subscriptions/gold", "products/gold", "loggers/insights"]) arm.remove(path);
    assert.deepEqual(arm.entities(), []);
  });
});
