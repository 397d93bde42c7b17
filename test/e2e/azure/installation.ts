// A watcher for whom Azure is on this machine: API Management, Key Vault, an identity, and who gives Ingresses addresses.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { withEngines } from "../../../dev/toolchain";
import { until } from "../../../dev/until";
import { type WatcherProcess } from "../../../dev/watcherProcess";
import { FakeArm, PLACE } from "../../support/azure/fakeArm";
import { FakeKeyVault } from "../../support/azure/fakeKeyVault";
import { IdentityEndpoint } from "../../support/azure/identityEndpoint";
import { azureEnvironment } from "../../support/azure/standIn";
import { Cluster, NAMESPACE, type AnyObject } from "../support/cluster";
import { apiStatusOf, untilApplied, untilGone } from "../support/expect";
import { exposedApi } from "../support/manifests";

/** Address that an ingress controller gives. */
export const INGRESS_IP = "203.0.113.9";

/** Key of Application Insights: API Management reads it from Key Vault, and nobody else does. */
export const INSTRUMENTATION_KEY = "0a1b2c3d-hush";

/** Secrets as TM Forum's operator has them. */
const SECRETS = {
  "apim-service-name": PLACE.serviceName,
  "resource-group": PLACE.resourceGroup,
  "subscription-id": PLACE.subscriptionId,
  "aad-tenant-id": "22222222-3333-4444-8555-666666666666",
  "aad-client-id": "33333333-4444-4555-8666-777777777777",
  "app-insights-instrumentation-key": INSTRUMENTATION_KEY,
};

/** A document that API Management can import. */
export const DOCUMENT = JSON.stringify({
  openapi: "3.0.1",
  info: { title: "catalog", version: "4.0.0" },
  paths: { "/category": { get: { operationId: "listCategory", responses: { 200: { description: "OK" } } } } },
});

export class AzureCluster {
  private constructor(
    readonly cluster: Cluster,
    readonly arm: FakeArm,
    readonly vault: FakeKeyVault,
    private readonly identity: IdentityEndpoint,
  ) {}

  static async start(): Promise<AzureCluster> {
    const [cluster, arm, vault] = await Promise.all([
      Cluster.start({}),
      FakeArm.start(),
      FakeKeyVault.start(SECRETS),
    ]);
    const identity = await IdentityEndpoint.start(vault.token);
    await cluster.clients.core.createNamespacedConfigMap({
      namespace: NAMESPACE,
      body: { metadata: { name: "documents" }, data: { catalog: DOCUMENT } },
    });
    return new AzureCluster(cluster, arm, vault, identity);
  }

  /** Starts a watcher that has its settings from Key Vault. */
  startWatcher(env: NodeJS.ProcessEnv = {}): Promise<WatcherProcess> {
    const { stateDir, toolchain } = this.cluster;
    const trusted = join(stateDir, "vault.pem");
    writeFileSync(trusted, this.vault.certificate);
    const watcher = this.cluster.startWatcher({
      ...azureEnvironment(this.arm, withEngines(toolchain, process.env["PATH"])),
      ...this.identity.environment,
      NODE_EXTRA_CA_CERTS: trusted,
      ODA_KEY_VAULT_URL: this.vault.url,
      ODA_AZURE_ENDPOINT: this.arm.url,
      ...env,
    });
    return watcher.ready();
  }

  /** Environment of a watcher whose platform team has decided this. */
  platform(decided: object): NodeJS.ProcessEnv {
    const file = join(this.cluster.stateDir, "platform.json");
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(decided));
    return { ODA_PLATFORM: file };
  }

  /** Creates an API with a document in a ConfigMap. */
  createApi(
    name: string,
    gateway?: string,
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<AnyObject> {
    const specification = [{ url: "configmap:documents/catalog", version: "v4" }];
    const object = exposedApi(name, { specification, path: `/${name}`, ...spec });
    const annotations = gateway === undefined ? {} : { "oda.tmforum.org/gateway": gateway };
    return this.cluster.create({ ...object, metadata: { ...(object["metadata"] as object), annotations } });
  }

  /** Annotates an API. */
  async annotate(name: string, annotations: Readonly<Record<string, string>>): Promise<void> {
    await this.cluster.patch("ExposedAPI", name, { metadata: { annotations } });
  }

  /** URL in the status of an API. */
  async urlOf(name: string): Promise<unknown> {
    const object = await this.cluster.get("ExposedAPI", name);
    return object === undefined ? undefined : apiStatusOf(object)["url"];
  }

  /** Waits until an API behind Azure is served, and its URL is that of Azure. */
  async serve(name: string): Promise<AnyObject> {
    await this.createApi(name, "azure-apim");
    await this.giveAddress(name);
    return untilApplied(this.cluster, name, `/${name}`);
  }

  /** Deletes an API, and waits until nothing of it is left. */
  async remove(name: string): Promise<void> {
    await this.cluster.delete("ExposedAPI", name);
    await untilGone(this.cluster, "ExposedAPI", name);
  }

  /** Does what an ingress controller does: the Ingress of an API gets an address. */
  async giveAddress(name: string): Promise<void> {
    const ingress = `apim-api-ingress-${name}`;
    await until(`Ingress ${ingress} is there`, () => this.cluster.get("Ingress", ingress));
    await this.cluster.clients.objects.patchNamespacedCustomObjectStatus(
      {
        group: "networking.k8s.io",
        version: "v1",
        namespace: NAMESPACE,
        plural: "ingresses",
        name: ingress,
        body: { status: { loadBalancer: { ingress: [{ ip: INGRESS_IP }] } } },
      },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await Promise.all([this.arm.stop(), this.vault.close(), this.identity.stop()]);
  }
}
