import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import {
  ApiextensionsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  VersionApi,
} from "@kubernetes/client-node";
import { startControlPlane, type ControlPlane } from "../../dev/controlPlane";
import { commandLine } from "../../dev/controlPlane/processes";
import { waitFor } from "../../dev/controlPlane/waitFor";
import { ensureToolchain, type Toolchain } from "../../dev/toolchain";
import { useTempDir, writeScript } from "./support";

const SERVERS = ["etcd", "kube-apiserver", "kube-controller-manager", "supervisor"];

function load(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

/** Ids of the processes of an instance, read while it runs. */
function pidsOf(dir: string): number[] {
  return SERVERS.map((name) => Number(readFileSync(path.join(dir, `${name}.pid`), "utf8")));
}

async function waitUntilGone(dir: string, pids: readonly number[]): Promise<void> {
  await waitFor(`nothing to be left of ${dir}`, 10_000, async () => {
    const commands = await Promise.all(pids.map(commandLine));
    return !existsSync(dir) && !commands.some((command) => command.includes(dir)) ? true : undefined;
  });
}

describe("startControlPlane", function () {
  this.timeout(60_000);
  const temp = useTempDir();
  let toolchain: Toolchain;

  before(async function () {
    this.timeout(3_600_000); // the first time on a machine
    toolchain = await ensureToolchain();
  });

  describe("a running control plane", () => {
    let controlPlane: ControlPlane;

    before(async () => {
      controlPlane = await startControlPlane({ toolchain, audit: true });
    });
    after(async () => {
      await controlPlane.stop();
    });

    it("is reached with its certificate verified", async () => {
      const config = load(controlPlane.kubeconfig);
      assert.equal(config.getCurrentContext(), "oda-api-local");
      assert.equal(config.getCurrentCluster()?.skipTLSVerify, false);
      assert.match((await config.makeApiClient(VersionApi).getCode()).gitVersion, /^v1\./);
      assert.match(controlPlane.server, /^https:\/\/127\.0\.0\.1:\d+$/);
    });

    it("is refused by who does not know its certificate", async () => {
      await assert.rejects(fetch(controlPlane.server), /fetch failed/);
    });

    it("has the namespaces of the Canvas", async () => {
      const { items } = await load(controlPlane.kubeconfig).makeApiClient(CoreV1Api).listNamespace();
      const names = items.map(({ metadata }) => metadata?.name);
      assert.ok(names.includes("components") && names.includes("istio-system"));
    });

    it("denies a user to whom nothing is granted, and one it does not know", async () => {
      const unprivileged = load(await controlPlane.kubeconfigFor("unprivileged"));
      await assert.rejects(unprivileged.makeApiClient(CoreV1Api).listSecretForAllNamespaces(), { code: 403 });
      const stranger = load(controlPlane.kubeconfig);
      stranger.users = [{ name: "admin", token: "guessed" }];
      await assert.rejects(stranger.makeApiClient(CoreV1Api).listSecretForAllNamespaces(), { code: 401 });
    });

    it("has the users made at its start and no others", async () => {
      await assert.rejects(controlPlane.kubeconfigFor("somebody"), /no user "somebody", only admin, watcher/);
    });

    it("serves an ExposedAPI in three versions", async () => {
      const objects = load(controlPlane.kubeconfig).makeApiClient(CustomObjectsApi);
      const collection = { group: "oda.tmforum.org", namespace: "components", plural: "exposedapis" };
      await objects.createNamespacedCustomObject({
        ...collection,
        version: "v1beta3",
        body: {
          apiVersion: "oda.tmforum.org/v1beta3",
          kind: "ExposedAPI",
          metadata: { name: "catalog" },
          spec: {
            name: "catalog",
            apiType: "openapi",
            implementation: "catalog",
            path: "/catalog",
            port: 8080,
            specification: ["https://example.org/TMF620.json"],
            CORS: {},
          },
        },
      });
      for (const version of ["v1beta3", "v1beta4", "v1"]) {
        const read = (await objects.getNamespacedCustomObject({
          ...collection,
          version,
          name: "catalog",
        })) as {
          readonly spec: {
            readonly specification: unknown;
            readonly CORS: { readonly allowOrigins: string };
          };
        };
        assert.deepEqual(read.spec.specification, ["https://example.org/TMF620.json"], "kept as written");
        assert.equal(read.spec.CORS.allowOrigins, "*");
      }
    });

    it("collects what an owner leaves behind", async () => {
      const core = load(controlPlane.kubeconfig).makeApiClient(CoreV1Api);
      const namespace = "components";
      const owner = await core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: "owner" } },
      });
      const ownerReferences = [
        { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata?.uid ?? "" },
      ];
      await core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: "owned", ownerReferences } },
      });
      await core.deleteNamespacedConfigMap({ namespace, name: "owner" });
      await waitFor("the owned object to be collected", 20_000, async () => {
        const { items } = await core.listNamespacedConfigMap({ namespace });
        return items.some(({ metadata }) => metadata?.name === "owned") ? undefined : true;
      });
    });

    it("tells in its audit log whose request was whose", async () => {
      const watcher = load(await controlPlane.kubeconfigFor("watcher"));
      await watcher.makeApiClient(CoreV1Api).listNamespacedConfigMap({ namespace: "istio-system" });
      const events = readFileSync(controlPlane.auditLog ?? "", "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { user: { username: string }; verb: string; requestURI: string });
      const ofWatcher = events.filter(({ user }) => user.username === "watcher");
      assert.deepEqual(
        ofWatcher.map(({ verb, requestURI }) => `${verb} ${requestURI}`),
        ["list /api/v1/namespaces/istio-system/configmaps"],
      );
    });
  });

  it("leaves neither process nor directory when it is stopped, twice", async () => {
    const controlPlane = await startControlPlane({ toolchain });
    const { dir } = controlPlane;
    const pids = pidsOf(dir);
    await Promise.all([controlPlane.stop(), controlPlane.stop()]);
    await waitUntilGone(dir, pids);
    await controlPlane.stop();
  });

  it("can serve the older kind, with a status subresource, beside another control plane", async () => {
    const started = await Promise.all([
      startControlPlane({ toolchain, legacyApiKind: "instead", crds: "status-subresource" }),
      startControlPlane({ toolchain }),
    ]);
    try {
      const [legacy, current] = await Promise.all(
        started.map(async ({ kubeconfig }) => {
          const { items } = await load(kubeconfig)
            .makeApiClient(ApiextensionsV1Api)
            .listCustomResourceDefinition();
          return new Map(items.map((crd) => [crd.metadata?.name, crd.spec.versions]));
        }),
      );
      assert.ok(legacy && current);
      assert.equal(legacy.has("exposedapis.oda.tmforum.org"), false);
      assert.equal(current.has("apis.oda.tmforum.org"), false);
      assert.ok(legacy.get("apis.oda.tmforum.org")?.every(({ subresources }) => subresources?.status));
      assert.ok(current.get("exposedapis.oda.tmforum.org")?.every(({ subresources }) => !subresources));
    } finally {
      await Promise.all(started.map((one) => one.stop()));
    }
  });

  it("leaves neither process nor directory when the process that started it is killed", async () => {
    const parent = spawn(
      process.execPath,
      ["--import", "tsx", path.join(__dirname, "fixtures/controlPlane.ts")],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const [dir] = (await once(parent.stdout, "data")).map(String);
    assert.ok(dir);
    const pids = pidsOf(dir);
    parent.kill("SIGKILL");
    await waitUntilGone(dir, pids);
  });

  it("can be stopped after its supervisor was killed, and leaves nothing", async () => {
    const controlPlane = await startControlPlane({ toolchain });
    const { dir } = controlPlane;
    const pids = pidsOf(dir);
    process.kill(pids.at(-1) ?? 0, "SIGKILL");
    await controlPlane.stop();
    await waitUntilGone(dir, pids);
  });

  it("shows the last words of a server that does not come up, and leaves nothing", async () => {
    const before = readdirSync(path.dirname(temp()));
    const etcd = writeScript(path.join(temp(), "etcd"), "echo the disk is full >&2", "exit 1");
    await assert.rejects(
      startControlPlane({ toolchain: { ...toolchain, etcd } }),
      /etcd of the local control plane ended:\nthe disk is full/,
    );
    const left = readdirSync(path.dirname(temp())).filter(
      (entry) => entry.startsWith("oda-api-controlplane-") && !before.includes(entry),
    );
    assert.deepEqual(left, []);
  });
});
