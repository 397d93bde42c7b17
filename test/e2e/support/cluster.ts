// A real API server for the end-to-end tests, and what they do with it.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { startControlPlane, type ControlPlane } from "../../../dev/controlPlane";
import { ensureToolchain, type Toolchain } from "../../../dev/toolchain";
import { createClients, statusOf, type Clients } from "../../../watcher/kube/client";
import { WatcherProcess } from "../../../dev/watcherProcess";
import { removeFolder } from "../../support/removeFolder";

/** Namespace every test works in. */
export const NAMESPACE = "components";

/** Namespace of the gateway's Pods, where the platform's settings do not say otherwise. It has to be created. */
export const GATEWAY_NAMESPACE = "istio-ingress";

/** Address the gateway's Service has from the start. */
export const GATEWAY_IP = "203.0.113.7";

/** Any Kubernetes object, for reading. */
export interface AnyObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly finalizers?: string[];
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: { readonly uid: string }[];
    readonly annotations?: Record<string, string>;
    readonly labels?: Record<string, string>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** One control plane and one installation of the watcher. */
export class Cluster {
  readonly clients: Clients;
  /** Folder of the installation: its state survives restarts of the watcher. */
  readonly stateDir = mkdtempSync(join(tmpdir(), "oda-api-e2e-"));
  private readonly watchers: WatcherProcess[] = [];

  private constructor(
    readonly toolchain: Toolchain,
    readonly controlPlane: ControlPlane,
    private readonly watcherKubeconfig: string,
  ) {
    const config = new KubeConfig();
    config.loadFromFile(controlPlane.kubeconfig);
    this.clients = createClients(config);
  }

  /** Starts a control plane with a gateway whose address is known. */
  static async start(options: {
    readonly crds?: "plain" | "status-subresource";
    readonly legacyApiKind?: "instead" | "beside";
  }): Promise<Cluster> {
    const toolchain = await ensureToolchain();
    const controlPlane = await startControlPlane({ toolchain, ...options });
    const cluster = new Cluster(toolchain, controlPlane, await controlPlane.kubeconfigFor("watcher"));
    await cluster.createGatewayService();
    return cluster;
  }

  /** Starts a watcher process on the installation. */
  startWatcher(env: NodeJS.ProcessEnv = {}): WatcherProcess {
    const watcher = WatcherProcess.start(this.toolchain, {
      KUBECONFIG: this.watcherKubeconfig,
      ODA_STATE_DIR: this.stateDir,
      ...env,
    });
    this.watchers.push(watcher);
    return watcher;
  }

  /** Ends everything, and says which engine the runs took place in. */
  async stop(): Promise<void> {
    const engines = new Set(this.watchers.flatMap(({ engine = [] }) => engine));
    if (engines.size > 0) console.log(`    Pulumi engine of these runs: ${[...engines].join(", ")}`);
    await Promise.all(this.watchers.map((watcher) => watcher.kill()));
    await this.controlPlane.stop();
    // The engine of a watcher that was killed ends by itself, and may still be writing.
    await removeFolder(this.stateDir);
  }

  async create(object: Record<string, unknown>): Promise<AnyObject> {
    const { group, version, plural, namespace } = address(object);
    return (await this.clients.objects.createNamespacedCustomObject({
      group,
      version,
      namespace,
      plural,
      body: object,
    })) as AnyObject;
  }

  /** Merge-patches an object given by its kind and name. */
  async patch(
    kind: string,
    name: string,
    patch: object,
    version?: string,
    namespace = NAMESPACE,
  ): Promise<AnyObject> {
    const where = address({ apiVersion: apiVersionOf(kind, version), kind, metadata: { namespace } });
    return (await this.clients.objects.patchNamespacedCustomObject(
      { ...where, name, body: patch },
      mergePatch,
    )) as AnyObject;
  }

  /** An object, or undefined when there is none. */
  async get(
    kind: string,
    name: string,
    version?: string,
    namespace = NAMESPACE,
  ): Promise<AnyObject | undefined> {
    const where = address({ apiVersion: apiVersionOf(kind, version), kind, metadata: { namespace } });
    try {
      return (await this.clients.objects.getNamespacedCustomObject({ ...where, name })) as AnyObject;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  async list(kind: string, namespace = NAMESPACE): Promise<AnyObject[]> {
    const where = address({ apiVersion: apiVersionOf(kind), kind, metadata: { namespace } });
    const list = (await this.clients.objects.listNamespacedCustomObject(where)) as { items: AnyObject[] };
    return list.items;
  }

  async delete(kind: string, name: string, version?: string, namespace = NAMESPACE): Promise<void> {
    const where = address({ apiVersion: apiVersionOf(kind, version), kind, metadata: { namespace } });
    await this.clients.objects.deleteNamespacedCustomObject({ ...where, name });
  }

  /** Names of the reasons of an object's Events, in order of time. */
  async eventReasons(name: string): Promise<string[]> {
    const { items } = await this.clients.core.listNamespacedEvent({
      namespace: NAMESPACE,
      fieldSelector: `involvedObject.name=${name}`,
    });
    return items.map(({ reason }) => reason ?? "");
  }

  /** The message of an object's last Event of this reason. */
  async eventMessage(name: string, reason: string): Promise<string | undefined> {
    const { items } = await this.clients.core.listNamespacedEvent({
      namespace: NAMESPACE,
      fieldSelector: `involvedObject.name=${name},reason=${reason}`,
    });
    return items.at(-1)?.message;
  }

  /** Gives a Service of an implementation one endpoint, ready or not. */
  async setEndpoint(service: string, ready: boolean): Promise<void> {
    const body = {
      metadata: {
        name: `${service}-e2e`,
        namespace: NAMESPACE,
        labels: { "kubernetes.io/service-name": service },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: ["192.0.2.10"], conditions: { ready } }],
      ports: [{ port: 8080 }],
    };
    const { discovery } = this.clients;
    try {
      await discovery.createNamespacedEndpointSlice({ namespace: NAMESPACE, body });
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      await discovery.replaceNamespacedEndpointSlice({
        name: body.metadata.name,
        namespace: NAMESPACE,
        body,
      });
    }
  }

  /** Changes the address of the gateway's load balancer. */
  async setGatewayAddress(ip: string): Promise<void> {
    await this.clients.core.patchNamespacedServiceStatus(
      {
        name: "istio-ingressgateway",
        namespace: "istio-system",
        body: { status: { loadBalancer: { ingress: [{ ip }] } } },
      },
      mergePatch,
    );
  }

  private async createGatewayService(): Promise<void> {
    await this.clients.core.createNamespacedService({
      namespace: "istio-system",
      body: {
        metadata: { name: "istio-ingressgateway", labels: { istio: "ingressgateway" } },
        spec: { type: "LoadBalancer", ports: [{ name: "http2", port: 80 }] },
      },
    });
    await this.setGatewayAddress(GATEWAY_IP);
  }
}

const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

const groups: Readonly<Record<string, { apiVersion: string; plural: string }>> = {
  ExposedAPI: { apiVersion: "oda.tmforum.org/v1", plural: "exposedapis" },
  API: { apiVersion: "oda.tmforum.org/v1beta4", plural: "apis" },
  Component: { apiVersion: "oda.tmforum.org/v1", plural: "components" },
  VirtualService: { apiVersion: "networking.istio.io/v1", plural: "virtualservices" },
  AuthorizationPolicy: { apiVersion: "security.istio.io/v1", plural: "authorizationpolicies" },
  EnvoyFilter: { apiVersion: "networking.istio.io/v1alpha3", plural: "envoyfilters" },
  Ingress: { apiVersion: "networking.k8s.io/v1", plural: "ingresses" },
  NetworkPolicy: { apiVersion: "networking.k8s.io/v1", plural: "networkpolicies" },
  PeerAuthentication: { apiVersion: "security.istio.io/v1", plural: "peerauthentications" },
  RequestAuthentication: { apiVersion: "security.istio.io/v1", plural: "requestauthentications" },
  ServiceMonitor: { apiVersion: "monitoring.coreos.com/v1", plural: "servicemonitors" },
  Deployment: { apiVersion: "apps/v1", plural: "deployments" },
  StatefulSet: { apiVersion: "apps/v1", plural: "statefulsets" },
  DaemonSet: { apiVersion: "apps/v1", plural: "daemonsets" },
};

function apiVersionOf(kind: string, version?: string): string {
  const known = groups[kind]!.apiVersion;
  return version === undefined ? known : `${known.split("/")[0]!}/${version}`;
}

function address(object: Record<string, unknown>): {
  group: string;
  version: string;
  plural: string;
  namespace: string;
} {
  const [group = "", version = ""] = (object["apiVersion"] as string).split("/");
  const { namespace = NAMESPACE } = object["metadata"] as { readonly namespace?: string };
  return { group, version, plural: groups[object["kind"] as string]!.plural, namespace };
}
