import assert from "node:assert/strict";
import { setHeaderOptions } from "@kubernetes/client-node";
import { until } from "../../dev/until";
import { Cluster, GATEWAY_IP, NAMESPACE, type AnyObject } from "./support/cluster";
import { conditionOf, untilApplied, untilCondition } from "./support/expect";
import { exposedApi } from "./support/manifests";
import { createService, deleteGateway, deleteService, patchLoadBalancer, putSlice } from "./support/services";

/** The table that the API server makes of objects for `kubectl get`. */
interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** What an on-call engineer has to read, and where. */
interface Trouble {
  readonly api: string;
  readonly condition: string;
  readonly reason: string;
  /** The field or object that is wrong. */
  readonly where: RegExp;
  /** What to do, at the end of the message. */
  readonly remedy: RegExp;
}

for (const crds of ["plain", "status-subresource"] as const) {
  const flavour = crds === "plain" ? "no" : "a";
  describe(`What kubectl shows of an API, where the CRD has ${flavour} status subresource`, function () {
    this.timeout(120_000);
    let cluster: Cluster;

    before(async () => {
      cluster = await Cluster.start({ crds });
      await cluster.startWatcher().ready();
      await createService(cluster, "good-svc");
      await putSlice(cluster, "good-svc", "good-1", { ready: true });
      await cluster.create(exposedApi("good"));
      await untilApplied(cluster, "good", "/good/v4");
    });

    after(async () => {
      await cluster.stop();
    });

    /** The condition says it, and since when; and so does `Ready`. */
    async function expectCondition({ api, condition, reason, where, remedy }: Trouble): Promise<AnyObject> {
      const object = await untilCondition(cluster, api, condition, reason);
      const { status, message = "", lastTransitionTime = "" } = conditionOf(object, condition) ?? {};
      assert.equal(status, "False");
      assert.match(message, where);
      assert.match(message, remedy);
      assert.ok(Date.parse(lastTransitionTime) > Date.now() - 120_000, lastTransitionTime);
      return object;
    }

    /** A Warning says the same. */
    async function expectEvent({ api, reason, where, remedy }: Trouble): Promise<void> {
      const message = await until(`an Event ${reason} of ${api}`, () => cluster.eventMessage(api, reason));
      assert.match(message, where);
      assert.match(message, remedy);
    }

    async function expectTrouble(trouble: Trouble): Promise<AnyObject> {
      const object = await expectCondition(trouble);
      await expectEvent(trouble);
      return object;
    }

    it("is where it is served, and nothing to do", async () => {
      const object = await untilCondition(cluster, "good", "Ready", "Serving");
      assert.equal(conditionOf(object, "Ready")?.message, `served at https://${GATEWAY_IP}/good/v4`);
      await until("the Event Applied", () => cluster.eventMessage("good", "Applied"));
    });

    it("is the field that is wrong", async () => {
      await cluster.create(exposedApi("invalid", { path: "no-slash", port: 0 }));
      const object = await expectTrouble({
        api: "invalid",
        condition: "Reconciled",
        reason: "InvalidSpec",
        where: /spec\.path: "no-slash" must .*spec\.port: 0 must be an integer from 1 to 65535/,
        remedy: /; correct what is named here$/,
      });
      assert.equal(conditionOf(object, "Ready")?.reason, "InvalidSpec");
      assert.equal(conditionOf(object, "ImplementationReady")?.status, "Unknown");
    });

    it("is the API that has the route, to both sides", async () => {
      await cluster.create(exposedApi("second", { path: "/good/v4" }));
      await expectTrouble({
        api: "second",
        condition: "Reconciled",
        reason: "RouteConflict",
        where: /route \*\/good\/v4 of gateway component-gateway is served for ExposedAPI components\/good;/,
        remedy:
          /; change the path or the host name of one of them, or delete one; this one is served by itself/,
      });
      await expectEvent({
        api: "good",
        condition: "",
        reason: "RouteContested",
        where: /ExposedAPI components\/second asks for route \*\/good\/v4/,
        remedy: /; nothing is wrong with this API: the other one has to take another path or host name$/,
      });
    });

    it("is the Service that does not exist", async () => {
      await cluster.create(exposedApi("lonely"));
      await expectTrouble({
        api: "lonely",
        condition: "ImplementationReady",
        reason: "ServiceMissing",
        where: /^Service components\/lonely-svc, which spec\.implementation names, does not exist/,
        remedy: /; create the Service, or correct spec\.implementation$/,
      });
    });

    it("is the Service that has no endpoint; no Event, for it comes and goes", async () => {
      await createService(cluster, "lonely-svc");
      const object = await expectCondition({
        api: "lonely",
        condition: "ImplementationReady",
        reason: "NoReadyEndpoint",
        where: /^Service components\/lonely-svc has no ready endpoint/,
        remedy: /; check its Pods, their readiness probes, its selector and its EndpointSlices$/,
      });
      assert.equal(conditionOf(object, "Ready")?.reason, "NoReadyEndpoint");
    });

    it("is counted, where the same goes wrong again", async () => {
      await deleteService(cluster, "lonely-svc");
      await untilCondition(cluster, "lonely", "ImplementationReady", "ServiceMissing");
      await until("the Event is counted", async () => {
        const { items } = await cluster.clients.core.listNamespacedEvent({
          namespace: NAMESPACE,
          fieldSelector: "involvedObject.name=lonely,reason=ServiceMissing",
        });
        const [event] = items;
        return items.length === 1 && event?.count === 2 && event.lastTimestamp !== event.firstTimestamp;
      });
    });

    it("is the port that the Service does not have", async () => {
      await cluster.patch("ExposedAPI", "good", { spec: { port: 9999 } });
      const object = await expectTrouble({
        api: "good",
        condition: "ImplementationReady",
        reason: "PortMissing",
        where: /^Service components\/good-svc has no port 9999, which spec\.port names; it has 8080;/,
        remedy: /; correct spec\.port, or add the port to the Service$/,
      });
      assert.equal(conditionOf(object, "Ready")?.reason, "PortMissing");
      await cluster.patch("ExposedAPI", "good", { spec: { port: 8080 } });
      await untilCondition(cluster, "good", "Ready", "Serving");
    });

    it("is the annotation that names no gateway", async () => {
      const object = exposedApi("elsewhere");
      const metadata = {
        ...(object["metadata"] as object),
        annotations: { "oda.tmforum.org/gateway": "kong" },
      };
      await cluster.create({ ...object, metadata });
      await expectTrouble({
        api: "elsewhere",
        condition: "Reconciled",
        reason: "UnknownGateway",
        where: /metadata\.annotations\["oda\.tmforum\.org\/gateway"\]: "kong" must be one of istio/,
        remedy: /; take one of these names, or remove the annotation$/,
      });
    });

    it("is the policy that nobody enforces, of an API that is served all the same", async () => {
      await cluster.patch("ExposedAPI", "good", { spec: { quota: { limit: "5" } } });
      const object = await expectTrouble({
        api: "good",
        condition: "PoliciesEnforced",
        reason: "NotSupported",
        where: /^gateway istio does not enforce spec\.quota/,
        remedy: /; callers are served without: enforce it elsewhere, or remove it from the spec$/,
      });
      assert.equal(conditionOf(object, "Ready")?.status, "True");
    });

    it("is a row of Ready, URL, Gateway and Age; of Implementation_Ready too where it is wide", async () => {
      const { columns, wide, cells } = await table("good");
      assert.deepEqual(columns, ["Name", "Ready", "URL", "Gateway", "Age"]);
      assert.deepEqual(wide, ["Implementation_Ready"]);
      assert.equal(cells["Ready"], "True");
      assert.equal(cells["URL"], `https://${GATEWAY_IP}/good/v4`);
      assert.equal(cells["Gateway"], "istio");
      assert.match(String(cells["Age"]), /^\d+[sm]/);
      assert.equal(cells["Implementation_Ready"], true);

      const unserved = await table("invalid");
      assert.deepEqual([unserved.cells["Ready"], unserved.cells["URL"]], ["False", null]);
    });

    it("is the Service of the gateway that has no address", async () => {
      await patchLoadBalancer(cluster, []);
      await expectTrouble({
        api: "good",
        condition: "Ready",
        reason: "GatewayAddressUnknown",
        where: /^Service [-a-z]+\/[-a-z]+, which is labelled istio=ingressgateway, has no address;/,
        remedy: /; give the gateway's Service a load balancer address/,
      });
      await patchLoadBalancer(cluster, [{ ip: GATEWAY_IP }]);
      await untilCondition(cluster, "good", "Ready", "Serving");
    });

    it("is what was looked for, where there is no gateway", async () => {
      await deleteGateway(cluster);
      await expectCondition({
        api: "good",
        condition: "Ready",
        reason: "GatewayAddressUnknown",
        where: /^no Service is labelled istio=ingressgateway, in any namespace/,
        remedy:
          /; give the gateway's Service a load balancer address or spec\.externalIPs, .*; the URL appears as soon/,
      });
      assert.ok(!(await cluster.eventReasons("lonely")).includes("NoReadyEndpoint"));
    });

    /** The row of an object: columns of the narrow table, those only a wide one has, and the cells. */
    async function table(
      name: string,
    ): Promise<{ columns: string[]; wide: string[]; cells: Readonly<Record<string, unknown>> }> {
      const { columnDefinitions, rows } = (await cluster.clients.objects.getNamespacedCustomObject(
        { group: "oda.tmforum.org", version: "v1", namespace: NAMESPACE, plural: "exposedapis", name },
        setHeaderOptions("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"),
      )) as Table;
      const names = (isWide: boolean) =>
        columnDefinitions.filter(({ priority }) => priority > 0 === isWide).map((column) => column.name);
      const cells: Record<string, unknown> = {};
      for (const [index, column] of columnDefinitions.entries()) cells[column.name] = rows[0]?.cells[index];
      return { columns: names(false), wide: names(true), cells };
    }
  });
}
