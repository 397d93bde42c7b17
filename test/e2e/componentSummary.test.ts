import assert from "node:assert/strict";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { Cluster, GATEWAY_IP, NAMESPACE, type AnyObject } from "./support/cluster";
import { untilApplied, untilGone } from "./support/expect";
import { exposedApi } from "./support/manifests";
import { statusOf } from "../../watcher/kube/client";
import { until } from "../../dev/until";
import { type WatcherProcess } from "../../dev/watcherProcess";

type Entry = Readonly<Record<string, unknown>>;

const LISTS = ["coreAPIs", "managementAPIs", "securityAPIs"] as const;

/** Writes of a component operator, at least. */
const ROUNDS = 20;

for (const crds of ["plain", "status-subresource"] as const) {
  describe(`A Component, where its CRD has ${crds === "plain" ? "no" : "a"} status subresource`, function () {
    this.timeout(120_000);
    let cluster: Cluster;
    let watcher: WatcherProcess;
    let component: AnyObject;

    before(async () => {
      cluster = await Cluster.start({ crds });
      watcher = await cluster.startWatcher().ready();
      component = await createComponent("shop");
    });

    after(async () => {
      await cluster.stop();
    });

    function createComponent(name: string, spec: object = {}): Promise<AnyObject> {
      const metadata = { name, namespace: NAMESPACE };
      return cluster.create({ apiVersion: "oda.tmforum.org/v1", kind: "Component", metadata, spec });
    }

    /** Creates an API as the component operator does: owned by its Component. */
    async function createApi(name: string, segment: string, owner: AnyObject): Promise<AnyObject> {
      const { apiVersion, kind, metadata } = owner;
      const api = exposedApi(name, { segment });
      const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid }];
      return cluster.create({ ...api, metadata: { ...(api["metadata"] as object), ownerReferences } });
    }

    /** Names in each list, in the order of {@link LISTS}, of the entries that are filled in. */
    async function listed(name = "shop"): Promise<string[][]> {
      const { status = {} } = (await cluster.get("Component", name)) ?? {};
      return LISTS.map((list) => ((status[list] ?? []) as Entry[]).filter(isFilledIn).map(nameOf));
    }

    async function entryOf(name: string): Promise<Entry | undefined> {
      const { status = {} } = (await cluster.get("Component", "shop")) ?? {};
      return LISTS.flatMap((list) => (status[list] ?? []) as Entry[]).find((one) => nameOf(one) === name);
    }

    async function untilListed(expected: readonly (readonly string[])[], name = "shop"): Promise<void> {
      await until(`the lists of ${name} are ${JSON.stringify(expected)}`, async () => {
        return JSON.stringify(await listed(name)) === JSON.stringify(expected);
      });
    }

    const untilReady = (name: string, ready: boolean): Promise<Entry> =>
      until(`${name} is listed as ${ready ? "" : "not "}ready`, async () => {
        const entry = await entryOf(name);
        return entry?.["ready"] === ready ? entry : undefined;
      });

    /** Replaces fields of the status as somebody who read this version of the Component. */
    async function writeStatus({ metadata }: AnyObject, status: Entry): Promise<void> {
      const { objects } = cluster.clients;
      const request = {
        group: "oda.tmforum.org",
        version: "v1",
        plural: "components",
        namespace: NAMESPACE,
        name: metadata.name,
        body: { metadata: { resourceVersion: metadata.resourceVersion }, status },
      };
      if (crds === "plain") await objects.patchNamespacedCustomObject(request, mergePatch);
      else await objects.patchNamespacedCustomObjectStatus(request, mergePatch);
    }

    /** Changes the status as a component operator does: from what it read, again when somebody was faster. */
    async function operate(change: (status: Entry) => Entry): Promise<void> {
      for (;;) {
        const read = await cluster.get("Component", "shop");
        assert.ok(read);
        try {
          await writeStatus(read, change(read.status ?? {}));
          return;
        } catch (error) {
          if (statusOf(error) !== 409) throw error;
        }
      }
    }

    it("lists its APIs by segment, with their URLs", async () => {
      const party = await createApi("party", "securityFunction", component);
      await createApi("catalog", "coreFunction", component);
      await createApi("metrics", "managementFunction", component);
      await untilListed([["catalog"], ["metrics"], ["party"]]);
      assert.deepEqual(await entryOf("party"), {
        name: "party",
        uid: party.metadata.uid,
        ready: false,
        url: `https://${GATEWAY_IP}/party/v4`,
      });
    });

    it("follows the readiness of its APIs, both ways", async () => {
      for (const ready of [true, false, true]) {
        await cluster.setEndpoint("metrics-svc", ready);
        await untilReady("metrics", ready);
      }
      assert.equal((await entryOf("catalog"))?.["ready"], false);
    });

    it("has a developer UI from when there is one until it goes", async () => {
      await cluster.patch("ExposedAPI", "catalog", { spec: { developerUI: "/docs" } });
      await until("the developer UI is listed", async () => {
        return (await entryOf("catalog"))?.["developerUI"] === `https://${GATEWAY_IP}/docs`;
      });
      await cluster.patch("ExposedAPI", "catalog", { spec: { developerUI: null } });
      await until("it is not any more", async () => {
        return (await entryOf("catalog"))?.["developerUI"] === undefined;
      });
    });

    it("moves an API whose segment changes", async () => {
      await cluster.patch("ExposedAPI", "metrics", { spec: { segment: "coreFunction" } });
      await untilListed([["catalog", "metrics"], [], ["party"]]);
      await cluster.patch("ExposedAPI", "metrics", { spec: { segment: "managementFunction" } });
      await untilListed([["catalog"], ["metrics"], ["party"]]);
    });

    it("shares its lists with a component operator, and neither loses anything", async () => {
      const writes = (): Promise<number> => watcher.metric("oda_component_status_writes_total");
      const before = await writes();
      let rounds = 0;
      for (; rounds < ROUNDS || (await writes()) < before + 5; rounds++) {
        await cluster.setEndpoint("catalog-svc", rounds % 2 === 0);
        await operate((status) => ({
          // What it knows of its APIs at first, and one more that it is about to make.
          coreAPIs: [
            ...((status["coreAPIs"] ?? []) as Entry[]).map(({ name, uid }) => ({ name, uid, ready: false })),
            { name: `coming-${rounds}`, uid: `uid-${rounds}`, ready: false },
          ],
          "summary/status": { deployment_status: `round ${rounds}` },
        }));
      }
      await cluster.setEndpoint("catalog-svc", true);
      await untilReady("catalog", true);
      const { status = {} } = (await cluster.get("Component", "shop")) ?? {};
      const coming = Array.from({ length: rounds }, (_, round) => `coming-${round}`);
      assert.deepEqual((status["coreAPIs"] as Entry[]).map(nameOf), ["catalog", ...coming]);
      assert.deepEqual(status["summary/status"], { deployment_status: `round ${rounds - 1}` });
      assert.deepEqual(await listed(), [["catalog"], ["metrics"], ["party"]]);
    });

    it("gets its entries back when its lists are emptied", async () => {
      await operate(() => ({ coreAPIs: [], managementAPIs: [], securityAPIs: [] }));
      await untilListed([["catalog"], ["metrics"], ["party"]]);
    });

    it("follows what it declares itself before what its APIs say", async () => {
      const declared = await createComponent("declared", {
        securityFunction: { exposedAPIs: [{ name: "users" }] },
      });
      await createApi("users", "coreFunction", declared);
      await createApi("undeclared", "coreFunction", declared);
      await untilListed([[], [], ["users"]], "declared");
      await untilApplied(cluster, "undeclared", "/undeclared/v4");
      await cluster.patch("Component", "declared", {
        spec: { coreFunction: { exposedAPIs: [{ name: "users" }] }, securityFunction: { exposedAPIs: [] } },
      });
      await untilListed([["users"], [], []], "declared");
    });

    it("drops an API that is deleted", async () => {
      await cluster.delete("ExposedAPI", "metrics");
      await untilListed([["catalog"], [], ["party"]]);
    });

    it("is not written by a watcher that starts where nothing has changed", async () => {
      assert.equal(await watcher.stop(), 0);
      watcher = await cluster.startWatcher().ready();
      await until("every API was looked at", async () => (await watcher.metric("oda_reconcile_total")) >= 4);
      await cluster.setEndpoint("party-svc", true);
      await untilReady("party", true);
      assert.equal(await watcher.metric("oda_component_status_writes_total"), 1);
    });

    it("drops what went while no watcher ran", async () => {
      assert.equal(await watcher.stop(), 0);
      await cluster.delete("ExposedAPI", "party");
      await operate((status) => ({
        managementAPIs: [{ name: "gone", uid: "uid-gone", ready: true, url: "https://gone" }],
        securityAPIs: status["securityAPIs"],
      }));
      watcher = await cluster.startWatcher().ready();
      await untilGone(cluster, "ExposedAPI", "party");
      await untilListed([["catalog"], [], []]);
    });

    it("goes with all its APIs", async () => {
      await cluster.delete("Component", "shop");
      await cluster.delete("Component", "declared");
      for (const name of ["catalog", "users", "undeclared"]) await untilGone(cluster, "ExposedAPI", name);
      assert.deepEqual(await cluster.list("Component"), []);
      assert.deepEqual(
        watcher.log.filter(({ level }) => level === "error"),
        [],
      );
    });

    it("need not be a kind that the cluster has", async () => {
      assert.equal(await watcher.stop(), 0);
      await cluster.clients.objects.deleteClusterCustomObject({
        group: "apiextensions.k8s.io",
        version: "v1",
        plural: "customresourcedefinitions",
        name: "components.oda.tmforum.org",
      });
      watcher = await cluster.startWatcher().ready();
      await cluster.create(exposedApi("alone"));
      await untilApplied(cluster, "alone", "/alone/v4");
      assert.deepEqual(
        watcher.log.filter(({ level }) => level === "warn" || level === "error"),
        [],
      );
    });
  });
}

const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

function nameOf(entry: Entry): string {
  return entry["name"] as string;
}

function isFilledIn(entry: Entry): boolean {
  return typeof entry["url"] === "string";
}
