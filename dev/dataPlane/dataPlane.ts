// Istio's control plane and a gateway beside a local Kubernetes API, for real requests.
import { readFile } from "node:fs/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { type ControlPlane } from "../controlPlane";
import { createInstanceDir } from "../controlPlane/sweep";
import { Supervisor } from "../controlPlane/supervisorClient";
import { waitFor } from "../controlPlane/waitFor";
import { type DataPlaneToolchain } from "../toolchain";
import { VERSIONS } from "../toolchain/versions";
import { adminAddressFile, envoy, type GatewayWorkload } from "./envoy";
import { GATEWAY_NAME, gatewayObjects, type GatewayPorts } from "./gatewayObjects";
import { istiod } from "./istiod";
import { Objects } from "./objects";
import { reservedPort } from "./ports";

/** A running gateway and what configures it. */
export interface DataPlane {
  readonly workload: GatewayWorkload;
  /** Ports of the gateway on 127.0.0.1: what a Gateway object has at 80 and at 443. */
  readonly ports: GatewayPorts;
  /** The directory of this instance: settings and logs (`istiod.log`, `envoy.log`). Gone after `stop`. */
  readonly dir: string;
  /** What Envoy has been told by istiod, as JSON. */
  configDump(): Promise<string>;
  /** The last lines of both programs. */
  lastWords(): Promise<string>;
  /** Ends both. May be called more than once. */
  stop(): Promise<void>;
}

/** How to start. */
export interface DataPlaneOptions {
  readonly toolchain: Pick<DataPlaneToolchain, "istiod" | "envoy">;
  readonly controlPlane: ControlPlane;
  readonly workload: GatewayWorkload;
  /** Fields of Istio's MeshConfig beside our own. */
  readonly meshConfig?: Readonly<Record<string, unknown>>;
}

/**
 * Starts istiod and Envoy on a control plane that has Istio's custom resources. Neither outlives this process, however
 * that ends.
 *
 * @throws with the last lines of its log when one does not come up
 */
export async function startDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  const supervisor = await Supervisor.launch(await createInstanceDir(), () => undefined);
  try {
    return await start(options, supervisor);
  } catch (error) {
    const words = await lastWords(supervisor);
    await supervisor.stop();
    throw new Error(`the data plane did not start:\n${words}`, { cause: error });
  }
}

async function start(options: DataPlaneOptions, supervisor: Supervisor): Promise<DataPlane> {
  const { controlPlane, workload } = options;
  const ports = { http: await reservedPort(), https: await reservedPort() };
  const objects = new Objects(controlPlane.kubeconfig);
  await objects.apply(gatewayObjects(workload, ports));
  const discoveryPort = await startIstiod(options, supervisor);
  const admin = await startEnvoy(options, supervisor, discoveryPort);
  supervisor.unref();
  return {
    workload,
    ports,
    dir: supervisor.dir,
    configDump: async () => (await fetch(`${admin}/config_dump`)).text(),
    lastWords: () => lastWords(supervisor),
    stop: () => supervisor.stop(),
  };
}

/** @returns the port of its discovery */
async function startIstiod(
  { toolchain, controlPlane, meshConfig }: DataPlaneOptions,
  supervisor: Supervisor,
): Promise<number> {
  const ports = { http: await reservedPort(), grpc: await reservedPort(), monitoring: await reservedPort() };
  const { dir } = supervisor;
  const { kubeconfig } = controlPlane;
  await supervisor.start(
    await istiod({ program: toolchain.istiod, dir, kubeconfig, ports, ...(meshConfig && { meshConfig }) }),
  );
  await untilReady(supervisor, "istiod", () => Promise.resolve(`http://127.0.0.1:${ports.http}`));
  return ports.grpc;
}

/** @returns the address of its admin interface */
async function startEnvoy(
  { toolchain, controlPlane, workload }: DataPlaneOptions,
  supervisor: Supervisor,
  discoveryPort: number,
): Promise<string> {
  const { dir } = supervisor;
  await supervisor.start(
    await envoy({
      program: toolchain.envoy,
      dir,
      workload,
      token: await serviceAccountToken(controlPlane, workload.namespace),
      discoveryPort,
      istioVersion: VERSIONS.istioApi,
    }),
  );
  return untilReady(
    supervisor,
    "envoy",
    async () => `http://${await readFile(adminAddressFile(dir), "utf8")}`,
  );
}

/**
 * Waits until a server answers 200 on `/ready`, and returns its address.
 *
 * @throws at once when it has ended
 */
function untilReady(supervisor: Supervisor, name: string, address: () => Promise<string>): Promise<string> {
  return waitFor(`${name} to be ready`, 30_000, async () => {
    if (!supervisor.isRunning(name)) throw new Error(`${name} ended`);
    try {
      const where = await address();
      return (await fetch(`${where}/ready`)).ok ? where : undefined;
    } catch {
      return undefined;
    }
  });
}

async function serviceAccountToken({ kubeconfig }: ControlPlane, namespace: string): Promise<string> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { status } = await config.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name: GATEWAY_NAME,
    namespace,
    body: { spec: { audiences: ["istio-ca"], expirationSeconds: 24 * 3600 } },
  });
  return status?.token ?? "";
}

async function lastWords(supervisor: Supervisor): Promise<string> {
  const words = ["istiod", "envoy"].map(async (name) => `${name}:\n${await supervisor.lastLines(name)}`);
  return (await Promise.all(words)).join("\n");
}
